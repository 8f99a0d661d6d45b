/**
 * What is to be seen of the whole: the state that the view draws, and the title of the terminal.
 *
 * @module
 */

import { isSpeech } from "../buffer.ts";
import type { FullScreen } from "../full_screen.ts";
import { sanitize } from "../sanitize.ts";
import type { Colors } from "../style.ts";
import type { ViewMember, ViewState } from "../view.ts";
import { pickHint } from "./pick_keys.ts";

/** What only the screen itself knows. */
interface Known {
  readonly colors: Colors;
  readonly lag: number | undefined;
  readonly members: readonly ViewMember[] | undefined;
}

/** Everything that is to be seen. */
export function viewState(screen: FullScreen, { colors, lag, members }: Known): ViewState {
  const { buffers, current, session, scrolling, panel } = screen;
  const { completion } = screen.keyboard;
  return {
    buffers,
    current,
    topic: session.channels.get(current.name)?.topic ?? "",
    members,
    status: {
      nick: session.nick,
      place: session.isupport.network || screen.address,
      trouble: screen.trouble,
      encrypted: screen.encrypted,
      away: session.away,
      sending: session.outbox.waiting,
      lag,
      typing: [...current.typing.keys()],
    },
    input: inputState(screen),
    completion: completion === undefined
      ? undefined
      : { labels: completion.items.map((item) => item.label), selected: completion.selected },
    hint: screen.hint ?? hintOfPicked(screen),
    panel,
    anchor: scrolling.anchors.get(current),
    below: scrolling.below,
    bare: screen.bare,
    selected: scrolling.selected,
    fold: session.fold,
    colors,
  };
}

function hintOfPicked(screen: FullScreen): string | undefined {
  const { picked } = screen.scrolling;
  return picked === undefined || screen.keyboard.question !== undefined ? undefined : pickHint(screen, picked);
}

function inputState({ keyboard, replyTo, current }: FullScreen): ViewState["input"] {
  const { question, activeEditor: { text, cursor, search } } = keyboard;
  if (search !== undefined) {
    return { text, cursor, prompt: `${search.found ? "search" : "not found"} "${search.query}": ` };
  }
  if (question !== undefined) return { text, cursor, prompt: `${question.prompt}: `, secret: question.secret };
  if (replyTo !== undefined) return { text, cursor, prompt: `↪ ${replyTo.nick} › ` };
  // What the program says is no conversation yet, and at the first start it says several lines.
  const isNew = current.lines.length < 5 || !current.lines.some(isSpeech);
  return { text, cursor, prompt: "› ", placeholder: isNew ? "Type here. ? shows the keys." : undefined };
}

/** What the terminal's title says. */
export function titleOf({ buffers, current, address }: FullScreen): string {
  const unread = buffers.reduce((sum, buffer) => sum + buffer.highlights, 0);
  const name = current.kind === "server" ? address : current.name;
  return sanitize(`${unread > 0 ? `(${unread}) ` : ""}${name} - chat`);
}
