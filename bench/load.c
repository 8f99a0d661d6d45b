/* Load for an IRC server: many clients in one thread, and a check of every delivery.
 *
 *   cc -O2 -o load load.c && ./load PORT PID CLIENTS CHANNELS SENDERS WINDOW RATE SECONDS AHEAD
 *
 * Clients register, AHEAD at a time, and join CHANNELS evenly. Then SENDERS of them speak: with RATE 0 each has at most WINDOW
 * messages under way that have not reached everybody, else all together send RATE messages a second. A text of 100 bytes
 * carries its sender, its number and the time; each receiver must get the numbers of each sender one after the other.
 * With SENDERS 0 nobody speaks, and what counts is the memory of the process PID.
 *
 * Prints one JSON object. The first second of sending is not measured. Exit code 1: something was lost or wrong.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 100, HEAD = 28, READ = 1 << 18, JOINING = 32, BUCKETS = 1 << 20 };
enum stage { CONNECTING, REGISTERING, REGISTERED, JOINED };

struct client {
    int fd, channel;
    enum stage stage;
    char *rest, *out;           /* an unfinished line; what is not sent yet */
    size_t rest_length, out_length, out_room;
    uint32_t *next;             /* number expected from each sender of the channel */
};
struct sender { uint32_t sent, done, *missing; };   /* missing: deliveries that lack, by number modulo the window */

static int clients_count, channels_count, senders_count, window, measuring, registered, joined;
static struct client *clients;
static struct sender *senders;
static int64_t delivered, measured, wrong;
static uint32_t latency[BUCKETS];                   /* counts by 10 microseconds */
static int poll_fd;

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(2); }

static int members(int channel) { return clients_count / channels_count + (channel < clients_count % channels_count); }

static void watch(struct client *c, int how, int writable) {
    struct epoll_event event = { .events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.ptr = c };
    epoll_ctl(poll_fd, how, c->fd, &event);
}

static void flush(struct client *c, int blocked_before) {
    ssize_t sent = c->out_length == 0 ? 0 : send(c->fd, c->out, c->out_length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN) fail("send");
    if (sent > 0) memmove(c->out, c->out + sent, c->out_length -= sent);
    if ((c->out_length > 0) != blocked_before) watch(c, EPOLL_CTL_MOD, c->out_length > 0);
}

static void queue(struct client *c, const char *bytes, size_t length) {
    if (c->out_length + length > c->out_room) c->out = realloc(c->out, c->out_room = (c->out_length + length) * 2);
    memcpy(c->out + c->out_length, bytes, length);
    c->out_length += length;
}

static void send_line(struct client *c, const char *line, int length) {
    int blocked = c->out_length > 0;
    queue(c, line, length);
    if (!blocked) flush(c, 0);
}

/* "|ssss nnnnnnnn tttttttttttt|": who, which, when (ns); then x up to 100 bytes. */
static void speak(int i) {
    char line[200];
    struct sender *s = &senders[i];
    int at = sprintf(line, "PRIVMSG #c%d :|%04x%08x%015llx", clients[i].channel, i, s->sent, (long long)now());
    line[at++] = '|';
    memset(line + at, 'x', TEXT - HEAD - 1);
    at += TEXT - HEAD - 1;
    memcpy(line + at, "\r\n", 2);
    if (window) s->missing[s->sent % window] = members(clients[i].channel) - 1;
    s->sent++;
    queue(&clients[i], line, at + 2);
}

static void fill_windows(void) {
    for (int i = 0; i < senders_count; i++) {
        int blocked = clients[i].out_length > 0;
        while (senders[i].sent - senders[i].done < (uint32_t)window) speak(i);
        if (!blocked && clients[i].out_length > 0) flush(&clients[i], 0);
    }
}

static uint64_t hex(const char *text, int digits) {
    uint64_t value = 0;
    for (; digits--; text++) value = value << 4 | (*text <= '9' ? *text - '0' : *text - 'a' + 10);
    return value;
}

static void receive(struct client *c, const char *text, size_t length, int64_t at) {
    if (length != TEXT || text[HEAD] != '|') { wrong++; return; }
    uint32_t from = hex(text + 1, 4), number = hex(text + 5, 8);
    if (from >= (uint32_t)senders_count || clients[from].channel != c->channel || number != c->next[from / channels_count]) {
        wrong++;
        return;
    }
    c->next[from / channels_count]++;
    delivered++;
    if (measuring) {
        uint64_t bucket = (at - (int64_t)hex(text + 13, 15)) / 10000;
        latency[bucket < BUCKETS ? bucket : BUCKETS - 1]++;
        measured++;
    }
    struct sender *s = &senders[from];
    if (!window || --s->missing[number % window] > 0) return;
    while (s->done < s->sent && s->missing[s->done % window] == 0) s->done++;
}

static void obey(struct client *c, char *line, size_t length, int64_t at) {
    char *word, *text;
    if (length > 0 && line[length - 1] == '\r') length--;
    if (c->stage == JOINED && (text = memchr(line, '|', length))) { receive(c, text, length - (text - line), at); return; }
    line[length] = 0;
    if (!strncmp(line, "PING ", 5)) {
        char pong[600];
        send_line(c, pong, snprintf(pong, sizeof pong, "PONG %.500s\r\n", line + 5));
    }
    if (!(word = strchr(line, ' '))) return;
    if (c->stage == REGISTERING && !strncmp(word, " 001 ", 5)) { c->stage = REGISTERED; registered++; }
    if (c->stage == REGISTERED && !strncmp(word, " 366 ", 5)) { c->stage = JOINED; joined++; }
}

static void hear(struct client *c) {
    static char bytes[READ + 1];
    memcpy(bytes, c->rest, c->rest_length);
    ssize_t got = recv(c->fd, bytes + c->rest_length, READ - c->rest_length, MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno != EAGAIN)) { fprintf(stderr, "closed by the server: %.*s\n", (int)c->rest_length, bytes); exit(2); }
    if (got < 0) return;
    int64_t at = now();
    char *line = bytes, *from = bytes + c->rest_length, *end = from + got;
    for (char *lf; (lf = memchr(from, '\n', end - from)); from = line = lf + 1) obey(c, line, lf - line, at);
    c->rest_length = end - line;
    if (c->rest_length > 0) memcpy(c->rest = realloc(c->rest, c->rest_length), line, c->rest_length);
}

static void poll_for(int64_t nanoseconds) {
    struct epoll_event events[512];
    struct timespec timeout = { nanoseconds / 1000000000, nanoseconds % 1000000000 };
    int count = epoll_pwait2(poll_fd, events, 512, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        struct client *c = events[i].data.ptr;
        if (events[i].events & EPOLLOUT && c->stage == CONNECTING) {
            char line[80];
            c->stage = REGISTERING;
            watch(c, EPOLL_CTL_MOD, 0);
            send_line(c, line, sprintf(line, "NICK n%d\r\nUSER u 0 * :bench\r\n", (int)(c - clients)));
        } else if (events[i].events & EPOLLOUT) {
            flush(c, 1);
        }
        if (events[i].events & ~EPOLLOUT) hear(c);
    }
}

static void connect_client(struct client *c, int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int on = 1;
    if ((c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) < 0) fail("socket");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(c->fd, (void *)&address, sizeof address) < 0 && errno != EINPROGRESS) fail("connect");
    watch(c, EPOLL_CTL_ADD, 1);
}

static double memory_kb(int pid) {
    char path[64], line[200];
    double kb = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) sscanf(line, "VmRSS: %lf", &kb);
    if (file) fclose(file);
    return kb;
}

static double cpu_seconds(int pid) {
    char path[64], text[1024] = "";
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (file && fgets(text, sizeof text, file)) {
        sscanf(strrchr(text, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    }
    if (file) fclose(file);
    return (double)(user + system) / sysconf(_SC_CLK_TCK);
}

static double percentile(double share) {
    int64_t seen = 0, wanted = share * measured;
    int bucket = 0;
    while (bucket < BUCKETS - 1 && (seen += latency[bucket]) <= wanted) bucket++;
    return bucket / 100.0;
}

static void come_in(int port, int ahead) {
    int started = 0;
    for (int64_t last = now(); registered < clients_count;) {
        int before = registered;
        while (started < clients_count && started - registered < ahead) connect_client(&clients[started++], port);
        poll_for(100000000);
        if (registered > before) last = now();
        if (now() - last > 20000000000LL) { fprintf(stderr, "only %d registered\n", registered); exit(2); }
    }
}

static void join_channels(void) {
    for (int next = 0; joined < clients_count;) {
        for (; next < clients_count && next - joined < JOINING; next++) {
            char line[40];
            send_line(&clients[next], line, sprintf(line, "JOIN #c%d\r\n", clients[next].channel));
        }
        poll_for(100000000);
    }
}

int main(int argc, char **argv) {
    int argument[10] = { 0 };
    if (argc != 10) { fprintf(stderr, "usage: load PORT PID CLIENTS CHANNELS SENDERS WINDOW RATE SECONDS AHEAD\n"); return 2; }
    for (int i = 1; i < argc; i++) argument[i] = atoi(argv[i]);
    int port = argument[1], pid = argument[2], rate = argument[7], seconds = argument[8], ahead = argument[9];
    clients_count = argument[3], channels_count = argument[4], senders_count = argument[5], window = rate ? 0 : argument[6];
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    signal(SIGPIPE, SIG_IGN);
    poll_fd = epoll_create1(0);
    clients = calloc(clients_count, sizeof *clients);
    senders = calloc(senders_count + 1, sizeof *senders);
    for (int i = 0; i < clients_count; i++) {
        clients[i].channel = i % channels_count;
        clients[i].next = calloc(senders_count / channels_count + 1, sizeof(uint32_t));
    }
    for (int i = 0; i < senders_count; i++) senders[i].missing = calloc(window + 1, sizeof(uint32_t));

    double empty_kb = memory_kb(pid);
    int64_t begun = now();
    come_in(port, ahead);
    double registration = (now() - begun) / 1e9;
    if (senders_count == 0) {
        for (int64_t end = now() + seconds * 1000000000LL; now() < end;) poll_for(end - now());
        printf("{\"registration\":%.3f,\"kb\":%.2f}\n", registration, (memory_kb(pid) - empty_kb) / clients_count);
        return 0;
    }
    join_channels();
    for (int64_t end = now() + 300000000; now() < end;) poll_for(end - now());

    int64_t start = now(), from = start + 1000000000, to = from + seconds * 1000000000LL, due = 0;
    int64_t expected = 0, last = start, before = 0;
    double cpu = 0;
    int over = 0;
    while (!over || (delivered + wrong < expected && now() - last < 3000000000LL)) {
        int64_t at = now();
        if (!measuring && !over && at >= from) { measuring = 1; cpu = cpu_seconds(pid); }
        if (!over && at >= to) {
            over = 1;
            cpu = cpu_seconds(pid) - cpu;
            if (!rate) measuring = 0;
            for (int i = 0; i < senders_count; i++) expected += (int64_t)senders[i].sent * (members(clients[i].channel) - 1);
        }
        if (!over && !rate) fill_windows();
        for (; !over && rate && start + due * 1000000000LL / rate <= at; due++) {
            int i = due % senders_count, blocked = clients[i].out_length > 0;
            speak(i);
            if (!blocked) flush(&clients[i], 0);
        }
        poll_for(rate ? 200000 : 20000000);
        if (delivered > before) { before = delivered; last = now(); }
    }
    printf("{\"deliveries\":%.0f,\"per_cpu\":%.0f,\"p50\":%.2f,\"p99\":%.2f,\"lost\":%lld,\"wrong\":%lld}\n", (double)measured / seconds,
        cpu > 0 ? measured / cpu : 0, percentile(.5), percentile(.99), (long long)(expected - delivered - wrong), (long long)wrong);
    return expected != delivered || wrong ? 1 : 0;
}
