// What a remote page fault cannot be faster than on this machine: a userfaultfd fault that a sleeping thread answers from its own memory, and
// a request for 4 KiB over a TCP socket to another process, which sleeps, too. Prints the medians and the 99th percentiles in nanoseconds.
//   cc -O2 -pthread -o floors floors.c && ./floors ROUNDS
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define REQUEST 64

static int uffd;
static char source[PAGE];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static int compare(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void print(const char *name, int64_t *times, int count) {
    qsort(times, count, sizeof *times, compare);
    printf("%s_p50 %lld\n%s_p99 %lld\n", name, (long long)times[count / 2], name, (long long)times[count * 99 / 100]);
}

static void *answer(void *unused) {
    (void)unused;
    for (;;) {
        struct pollfd entry = { .fd = uffd, .events = POLLIN };
        struct uffd_msg message;
        if (poll(&entry, 1, -1) < 0 || read(uffd, &message, sizeof message) != sizeof message) {
            if (errno == EAGAIN || errno == EINTR) continue;
            return NULL;
        }
        struct uffdio_copy copy = { .dst = message.arg.pagefault.address & ~(uint64_t)(PAGE - 1), .src = (uintptr_t)source, .len = PAGE };
        if (ioctl(uffd, UFFDIO_COPY, &copy) < 0) fail("UFFDIO_COPY");
    }
}

static void userfault(int64_t *times, int count) {
    uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
    if (uffd < 0) uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY);
    if (uffd < 0) fail("userfaultfd");
    struct uffdio_api api = { .api = UFFD_API };
    if (ioctl(uffd, UFFDIO_API, &api) < 0) fail("UFFDIO_API");
    int file = memfd_create("floors", 0);
    if (file < 0 || ftruncate(file, (off_t)count * PAGE) < 0) fail("memfd");
    volatile char *memory = mmap(NULL, (size_t)count * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    struct uffdio_register range = { .range = { (uintptr_t)memory, (size_t)count * PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
    if (memory == MAP_FAILED || ioctl(uffd, UFFDIO_REGISTER, &range) < 0) fail("UFFDIO_REGISTER");
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer, NULL) != 0) fail("thread");
    for (int i = 0; i < count; i++) {
        int64_t start = now();
        (void)memory[(size_t)i * PAGE];
        times[i] = now() - start;
    }
}

static void all(int socket, char *bytes, int length, int sends) {
    for (int done = 0; done < length;) {
        ssize_t count = sends ? send(socket, bytes + done, length - done, 0) : recv(socket, bytes + done, length - done, 0);
        if (count <= 0) exit(sends ? 1 : 0);
        done += count;
    }
}

static void request(int64_t *times, int count) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr *)&address, length) < 0 || listen(listener, 1) < 0) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &length);
    static char bytes[PAGE], head[REQUEST];
    pid_t child = fork();
    if (child == 0) {
        int peer = accept(listener, NULL, NULL);
        setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        for (;;) {
            all(peer, head, REQUEST, 0);
            all(peer, bytes, PAGE, 1);
        }
    }
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(peer, (struct sockaddr *)&address, length) < 0) fail("connect");
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (int i = 0; i < count; i++) {
        int64_t start = now();
        all(peer, head, REQUEST, 1);
        all(peer, bytes, PAGE, 0);
        times[i] = now() - start;
    }
    close(peer);
    waitpid(child, NULL, 0);
}

int main(int argc, char **argv) {
    int count = argc > 1 ? atoi(argv[1]) : 4000;
    if (count < 100) {
        fprintf(stderr, "give a number of rounds, from 100 on\n");
        return 2;
    }
    int64_t *times = calloc(count, sizeof *times);
    request(times, count);
    print("request", times, count);
    userfault(times, count);
    print("userfault", times, count);
    return 0;
}
