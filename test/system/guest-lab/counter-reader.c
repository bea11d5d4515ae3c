/* counter-reader FILE: reads an energy counter in a tight loop, through a held descriptor and through one of its own for
 * each read, and prints once a second: uptime, the value, how many reads, how often it fell, how often it was no number. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double uptime(void) {
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec + now.tv_nsec / 1e9;
}

/* The value, or -1 for what is no decimal with a newline at its end. */
static long long read_value(int descriptor) {
  char text[64];
  ssize_t length = pread(descriptor, text, sizeof text - 1, 0);
  if (length < 2 || text[length - 1] != '\n') return -1;
  text[length - 1] = 0;
  char *end;
  long long value = strtoll(text, &end, 10);
  return *end == 0 && value > 0 ? value : -1;
}

int main(int argc, char **argv) {
  long long last = 0, reads = 0, falls = 0, torn = 0;
  double told = 0;
  int held;
  if (argc != 2) return 2;
  if (nice(10) < 0) return 1; /* the guest has one CPU, and whoever writes the counter needs some of it */
  while ((held = open(argv[1], O_RDONLY)) < 0) usleep(100000);
  for (;;) {
    int own = reads % 2 ? open(argv[1], O_RDONLY) : held;
    long long value = read_value(own);
    if (own != held) close(own);
    reads += 1;
    if (value < 0) torn += 1;
    else {
      if (value < last) falls += 1;
      last = value;
    }
    if (reads % 256 == 0 && uptime() >= told + 1) {
      told = uptime();
      printf("READ %.2f %lld %lld %lld %lld\n", told, last, reads, falls, torn);
      fflush(stdout);
    }
  }
}
