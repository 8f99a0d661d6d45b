/**
 * Names of emoji, as people type them between colons.
 *
 * @module
 */

// deno-fmt-ignore
const TABLE = "+1 👍 -1 👎 100 💯 airplane ✈️ alien 👽 angry 😠 apple 🍎 art 🎨 astonished 😲 avocado 🥑 baby 👶 balloon 🎈 banana 🍌 bear 🐻 bee 🐝 beer 🍺 beers 🍻 bell 🔔 bike 🚲 bird 🐦 birthday 🎂 blush 😊 bomb 💣 book 📖 books 📚 boom 💥 brain 🧠 bread 🍞 broken_heart 💔 bug 🐛 bulb 💡 burger 🍔 bus 🚌 cactus 🌵 cake 🍰 calendar 📅 camera 📷 candle 🕯️ car 🚗 cat 🐱 chart 📈 check ✅ cheese 🧀 cherry 🍒 chick 🐤 chicken 🐔 chocolate 🍫 christmas_tree 🎄 clap 👏 clock 🕐 cloud ☁️ clown 🤡 coffee ☕ cold 🥶 computer 💻 confetti 🎊 confused 😕 construction 🚧 cookie 🍪 cool 😎 cow 🐮 crab 🦀 cross ❌ crossed_fingers 🤞 crown 👑 cry 😢 cupcake 🧁 dancer 💃 dart 🎯 diamond 💎 dizzy 💫 dog 🐶 dolphin 🐬 door 🚪 dragon 🐉 drum 🥁 duck 🦆 dumpling 🥟 earth 🌍 egg 🥚 eggplant 🍆 elephant 🐘 email 📧 exclamation ❗ exploding_head 🤯 expressionless 😑 eyes 👀 facepalm 🤦 fearful 😨 fire 🔥 fireworks 🎆 fish 🐟 fist ✊ flag 🚩 flower 🌸 flushed 😳 football ⚽ fox 🦊 fries 🍟 frog 🐸 fox_face 🦊 game 🎮 gem 💎 ghost 👻 gift 🎁 globe 🌐 goat 🐐 grapes 🍇 grin 😁 grinning 😀 guitar 🎸 hammer 🔨 handshake 🤝 headphones 🎧 heart ❤️ heart_eyes 😍 hedgehog 🦔 herb 🌿 hot 🥵 hourglass ⏳ house 🏠 hug 🤗 hundred 💯 ice_cream 🍦 innocent 😇 joy 😂 key 🔑 kiss 😘 koala 🐨 laptop 💻 laughing 😆 leaf 🍃 lemon 🍋 lion 🦁 lock 🔒 lol 🤣 love_letter 💌 mag 🔍 mask 😷 mechanic 🔧 medal 🏅 melting 🫠 memo 📝 microphone 🎤 money 💰 monkey 🐵 moon 🌙 mouse 🐭 movie 🎬 muscle 💪 mushroom 🍄 music 🎵 nauseated 🤢 nerd 🤓 neutral 😐 noodles 🍜 ocean 🌊 octopus 🐙 ok 👌 ok_hand 👌 owl 🦉 package 📦 panda 🐼 paperclip 📎 party 🥳 peach 🍑 peanut 🥜 pencil ✏️ penguin 🐧 phone 📞 pig 🐷 pill 💊 pin 📌 pineapple 🍍 pizza 🍕 plane ✈️ plant 🌱 pleading 🥺 point_down 👇 point_left 👈 point_right 👉 point_up 👆 poop 💩 potato 🥔 pray 🙏 pretzel 🥨 pumpkin 🎃 question ❓ rabbit 🐰 rage 😡 rainbow 🌈 raised_hand ✋ ramen 🍜 recycle ♻️ relieved 😌 rice 🍚 robot 🤖 rocket 🚀 rofl 🤣 rose 🌹 running 🏃 sad 😞 salute 🫡 sandwich 🥪 scream 😱 seedling 🌱 see_no_evil 🙈 shark 🦈 ship 🚢 shrimp 🦐 shrug 🤷 skull 💀 sleep 😴 slight_smile 🙂 sloth 🦥 smile 😄 smirk 😏 snail 🐌 snake 🐍 sneeze 🤧 snowflake ❄️ snowman ⛄ sob 😭 soccer ⚽ sparkles ✨ speech 💬 spider 🕷️ squid 🦑 star ⭐ star_struck 🤩 strawberry 🍓 sun ☀️ sunflower 🌻 sunglasses 😎 sushi 🍣 sweat 😓 sweat_smile 😅 taco 🌮 tada 🎉 tea 🍵 thinking 🤔 thumbsup 👍 thumbsdown 👎 ticket 🎫 tiger 🐯 toolbox 🧰 train 🚆 tree 🌳 trophy 🏆 turtle 🐢 umbrella ☔ unicorn 🦄 unlock 🔓 upside_down 🙃 v ✌️ vomit 🤮 volcano 🌋 walking 🚶 warning ⚠️ watermelon 🍉 wave 👋 whale 🐳 wine 🍷 wink 😉 wolf 🐺 worried 😟 wrench 🔧 x ❌ yum 😋 zany 🤪 zap ⚡ zipper 🤐 zzz 💤";

/** Emoji by name. */
export const EMOJI: ReadonlyMap<string, string> = new Map(
  TABLE.match(/\S+ \S+/g)!.map((pair) => pair.split(" ") as [string, string]),
);

/**
 * What a person means who was asked for an emoji: `:tada:`, `tada` or the emoji itself.
 *
 * @example
 * ```ts
 * import { readEmoji } from "./emoji.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(readEmoji(":tada:"), "🎉");
 * assertEquals(readEmoji("❤️"), "❤️");
 * ```
 */
export function readEmoji(text: string): string {
  const name = text.trim();
  return EMOJI.get(name.replace(/^:|:$/g, "")) ?? name;
}
