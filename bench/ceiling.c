/* The practical limit of one thread with plain sockets: a yardstick, not a server.
 *
 * It knows NICK, USER, JOIN, PING and PRIVMSG to a channel, checks nothing, and does for each recipient only what cannot be
 * left out: the message is copied into the recipient's buffer, and each buffer is sent once per pass of the event loop.
 *
 *   cc -O2 -o ceiling ceiling.c && ./ceiling PORT
 */
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 1 << 16, CHANNELS = 1 << 10, READ = 1 << 16 };

struct buffer { char *bytes; size_t length, room; };
struct client { int open, welcome, named, dirty, blocked; char nick[40]; struct buffer in, out; };
struct channel { char name[72]; int *members, count, room; };

static struct client clients[CLIENTS];
static struct channel channels[CHANNELS];
static int dirty[CLIENTS], dirty_count, poll_fd;

static void append(struct buffer *to, const char *bytes, size_t length) {
    if (to->length + length > to->room) {
        to->room = (to->length + length) * 2;
        to->bytes = realloc(to->bytes, to->room);
    }
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void tell(int fd, const char *text, size_t length) {
    struct client *c = &clients[fd];
    append(&c->out, text, length);
    if (!c->dirty) { c->dirty = 1; dirty[dirty_count++] = fd; }
}

static void watch(int fd, int how, int writable) {
    struct epoll_event event = { .events = EPOLLIN | (writable ? EPOLLOUT : 0), .data.fd = fd };
    epoll_ctl(poll_fd, how, fd, &event);
}

static void flush(int fd) {
    struct client *c = &clients[fd];
    c->dirty = 0;
    if (!c->open || c->out.length == 0) return;
    ssize_t sent = send(fd, c->out.bytes, c->out.length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) memmove(c->out.bytes, c->out.bytes + sent, c->out.length -= sent);
    int blocked = c->out.length > 0;
    if (blocked != c->blocked) watch(fd, EPOLL_CTL_MOD, c->blocked = blocked);
}

static struct channel *find(const char *name) {
    struct channel *c = channels;
    while (c < channels + CHANNELS - 1 && c->name[0] && strcmp(c->name, name)) c++;
    if (!c->name[0]) snprintf(c->name, sizeof c->name, "%s", name);
    return c;
}

static void join(int fd, const char *name) {
    struct channel *c = find(name);
    char text[200];
    if (c->count == c->room) c->members = realloc(c->members, sizeof(int) * (c->room = c->room * 2 + 16));
    c->members[c->count++] = fd;
    int length = snprintf(text, sizeof text, ":%s!u@h JOIN %s\r\n", clients[fd].nick, name);
    for (int i = 0; i < c->count; i++) tell(c->members[i], text, length);
    tell(fd, text, snprintf(text, sizeof text, ":ceiling 366 %s %s :End of NAMES list\r\n", clients[fd].nick, name));
}

static void say(int fd, char *line) {
    char text[1024], *end = strchr(line + 8, ' ');
    if (!end) return;
    int length = snprintf(text, sizeof text, ":%s!u@h %.900s\r\n", clients[fd].nick, line);
    *end = 0;
    struct channel *c = find(line + 8);
    for (int i = 0; i < c->count; i++) if (c->members[i] != fd) tell(c->members[i], text, length);
}

static void obey(int fd, char *line) {
    struct client *c = &clients[fd];
    char text[1024];
    if (!strncmp(line, "PRIVMSG ", 8)) say(fd, line);
    else if (!strncmp(line, "JOIN ", 5)) join(fd, line + 5);
    else if (!strncmp(line, "NICK ", 5)) snprintf(c->nick, sizeof c->nick, "%s", line + 5);
    else if (!strncmp(line, "USER ", 5)) c->named = 1;
    else if (!strncmp(line, "PING ", 5)) tell(fd, text, snprintf(text, sizeof text, "PONG %.900s\r\n", line + 5));
    if (c->welcome || !c->named || !c->nick[0]) return;
    c->welcome = 1;
    tell(fd, text, snprintf(text, sizeof text, ":ceiling 001 %s :Welcome\r\n", c->nick));
}

static void leave(int fd) {
    for (struct channel *c = channels; c->name[0]; c++) {
        for (int i = 0; i < c->count; i++) if (c->members[i] == fd) c->members[i--] = c->members[--c->count];
    }
    free(clients[fd].in.bytes);
    free(clients[fd].out.bytes);
    int was_dirty = clients[fd].dirty;
    clients[fd] = (struct client){ .dirty = was_dirty };
    close(fd);
}

static void hear(int fd) {
    static char bytes[READ];
    struct client *c = &clients[fd];
    ssize_t got = recv(fd, bytes, READ, MSG_DONTWAIT);
    if (got <= 0) { leave(fd); return; }
    append(&c->in, bytes, got);
    char *at = c->in.bytes, *end = at + c->in.length;
    for (char *lf; (lf = memchr(at, '\n', end - at)); at = lf + 1) {
        if (lf > at && lf[-1] == '\r') lf[-1] = 0;
        *lf = 0;
        obey(fd, at);
    }
    memmove(c->in.bytes, at, c->in.length = end - at);
}

int main(int argc, char **argv) {
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    struct rlimit files;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    address.sin_port = htons(argc > 1 ? atoi(argv[1]) : 6667);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) { perror("listen"); return 1; }
    poll_fd = epoll_create1(0);
    watch(listener, EPOLL_CTL_ADD, 0);
    for (struct epoll_event events[1024];;) {
        int count = epoll_wait(poll_fd, events, 1024, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                    clients[fd].open = 1;
                    watch(fd, EPOLL_CTL_ADD, 0);
                }
                continue;
            }
            if (events[i].events & EPOLLOUT && !clients[fd].dirty) { clients[fd].dirty = 1; dirty[dirty_count++] = fd; }
            if (events[i].events & ~EPOLLOUT) hear(fd);
        }
        for (int i = 0; i < dirty_count; i++) flush(dirty[i]);
        dirty_count = 0;
    }
}
