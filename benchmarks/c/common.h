/* What both programs need: addressed draws, a log in memory, a calendar, a queue, and how to report.
 *
 * The draws are those of sim/draws.py to the last bit: Philox4x32-10 (Salmon et al. 2011) with the counter (entity,
 * question, nth) and the key of the replication, the logarithm of the C library, and the normal quantile AS 241
 * (Wichura 1988). Compile without -ffast-math and with -ffp-contract=off, which would change last bits.
 */
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NEVER INT64_MAX

static void fail(const char *what) {
  fprintf(stderr, "%s\n", what);
  exit(1);
}

static void *grown(void *old, size_t bytes) {
  void *new = realloc(old, bytes);
  if (!new) fail("out of memory");
  return new;
}

/* ---- draws */

/* The first two of its four words, which are all that a number needs. */
static inline void philox(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1, uint32_t *words) {
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
}

/* The key of replication 0 and parameter draw 0. */
static inline uint64_t key_of(uint64_t seed) {
  uint32_t words[2];
  philox((uint32_t)seed, (uint32_t)(seed >> 32), 0, 0, 0x4E454C4Du, 1, words);
  return ((uint64_t)words[0] << 32 | words[1]) >> 2;
}

static inline double uniform(uint64_t key, uint64_t entity, uint32_t question, uint32_t nth) {
  uint32_t words[2];
  philox((uint32_t)entity, (uint32_t)(entity >> 32), question, nth, (uint32_t)key, (uint32_t)(key >> 32), words);
  uint64_t bits = ((uint64_t)(words[0] >> 6) << 26) + (words[1] >> 6);
  return (double)bits * 0x1p-52 + 0x1p-53;
}

static inline double exponential(uint64_t key, uint64_t entity, uint32_t question, uint32_t nth) {
  return -log(uniform(key, entity, question, nth));
}

#define RATIO(x, a, b)                                                                                   \
  ((((((((a[7] * x + a[6]) * x + a[5]) * x + a[4]) * x + a[3]) * x + a[2]) * x + a[1]) * x + a[0]) /     \
   (((((((b[7] * x + b[6]) * x + b[5]) * x + b[4]) * x + b[3]) * x + b[2]) * x + b[1]) * x + b[0]))

static inline double normal_quantile(double p) {
  static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3,
                              1.3731693765509461125e4, 4.5921953931549871457e4, 6.7265770927008700853e4,
                              3.3430575583588128105e4, 2.5090809287301226727e3};
  static const double b[8] = {1.0,
                              4.2313330701600911252e1,
                              6.8718700749205790830e2,
                              5.3941960214247511077e3,
                              2.1213794301586595867e4,
                              3.9307895800092710610e4,
                              2.8729085735721942674e4,
                              5.2264952788528545610e3};
  static const double c[8] = {1.42343711074968357734e0, 4.63033784615654529590e0,  5.76949722146069140550e0,
                              3.64784832476320460504e0, 1.27045825245236838258e0,  2.41780725177450611770e-1,
                              2.27238449892691845833e-2, 7.74545014278341407640e-4};
  static const double d[8] = {1.0,
                              2.05319162663775882187e0,
                              1.67638483018380384940e0,
                              6.89767334985100004550e-1,
                              1.48103976427480074590e-1,
                              1.51986665636164571966e-2,
                              5.47593808499534494600e-4,
                              1.05075007164441684324e-9};
  static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,  1.78482653991729133580e0,
                              2.96560571828504891230e-1, 2.65321895265761230930e-2, 1.24266094738807843860e-3,
                              2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static const double f[8] = {1.0,
                              5.99832206555887937690e-1,
                              1.36929880922735805310e-1,
                              1.48753612908506148525e-2,
                              7.86869131145613259100e-4,
                              1.84631831751005468180e-5,
                              1.42151175831644588870e-7,
                              2.04426310338993978564e-15};
  double q = p - 0.5;
  if (fabs(q) <= 0.425) {
    double r = 0.180625 - q * q;
    return q * RATIO(r, a, b);
  }
  double r = sqrt(-log(q < 0 ? p : 1 - p)), x;
  if (r <= 5) {
    r = r - 1.6;
    x = RATIO(r, c, d);
  } else {
    r = r - 5;
    x = RATIO(r, e, f);
  }
  return q < 0 ? -x : x;
}

static inline double lognormal(uint64_t key, uint64_t entity, uint32_t question, uint32_t nth, double median,
                               double sigma) {
  return median * exp(sigma * normal_quantile(uniform(key, entity, question, nth)));
}

static inline int64_t whole(double minutes) { return (int64_t)floor(minutes + 0.5); }

/* ---- the log: rows as sim/log.py collects them, before they are sorted and numbered */

typedef struct {
  int64_t patient, minute, event, step, resource, value, why;
} EventRow;

typedef struct {
  int64_t minute, resource, event, case_, value, why;
} ResourceRow;

static struct {
  int on;
  EventRow *events;
  ResourceRow *resources;
  size_t n_events, n_resources, most_events, most_resources;
} book;

static inline void tell(int64_t patient, int64_t minute, int64_t event, int64_t step, int64_t resource, int64_t value) {
  if (!book.on) return;
  if (book.n_events == book.most_events) {
    book.most_events = book.most_events ? 2 * book.most_events : 1 << 16;
    book.events = grown(book.events, book.most_events * sizeof(EventRow));
  }
  book.events[book.n_events++] = (EventRow){patient, minute, event, step, resource, value, -1};
}

static inline void tell_resource(int64_t minute, int64_t resource, int64_t event, int64_t value) {
  if (!book.on) return;
  if (book.n_resources == book.most_resources) {
    book.most_resources = book.most_resources ? 2 * book.most_resources : 1 << 16;
    book.resources = grown(book.resources, book.most_resources * sizeof(ResourceRow));
  }
  book.resources[book.n_resources++] = (ResourceRow){minute, resource, event, -1, value, -1};
}

static void write_rows(const char *path, const void *rows, size_t size, size_t number) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(rows, size, number, file) != number || fclose(file)) fail("a dump can not be written");
}

/* ---- the calendar: a binary heap by minute. Patients do not meet in the first half of an instant, so that among
 * equal minutes any order gives the same log. */

typedef struct {
  int64_t minute;
  int64_t lasted; /* how long what ends now has taken */
  int32_t patient;
  int32_t what; /* ends */
} Due;

static struct {
  Due *due;
  size_t n, most;
} calendar;

static inline void put(int64_t minute, int32_t patient, int32_t what, int64_t lasted) {
  if (calendar.n == calendar.most) {
    calendar.most = calendar.most ? 2 * calendar.most : 1024;
    calendar.due = grown(calendar.due, calendar.most * sizeof(Due));
  }
  Due *due = calendar.due;
  size_t at = calendar.n++;
  while (at) {
    size_t above = (at - 1) / 2;
    if (due[above].minute <= minute) break;
    due[at] = due[above];
    at = above;
  }
  due[at] = (Due){minute, lasted, patient, what};
}

static inline int64_t next_minute(void) { return calendar.n ? calendar.due[0].minute : NEVER; }

static inline Due take(void) {
  Due *due = calendar.due;
  Due first = due[0], last = due[--calendar.n];
  size_t at = 0, n = calendar.n;
  for (;;) {
    size_t below = 2 * at + 1;
    if (below >= n) break;
    below += below + 1 < n && due[below + 1].minute < due[below].minute;
    if (last.minute <= due[below].minute) break;
    due[at] = due[below];
    at = below;
  }
  due[at] = last;
  return first;
}

/* ---- a queue: first come, first served; those of one minute by their tie-break, then by number */

typedef struct {
  int64_t joined;
  double tie;
  int64_t minutes;
  int64_t patient;
} Waiting;

typedef struct {
  Waiting *ring;
  size_t first, n, most; /* most is a power of two */
} Queue;

static inline Waiting *place_in(Queue *queue, size_t at) { return &queue->ring[(queue->first + at) & (queue->most - 1)]; }

static void widen(Queue *queue) {
  size_t most = queue->most ? 2 * queue->most : 64;
  Waiting *ring = grown(NULL, most * sizeof(Waiting));
  for (size_t at = 0; at < queue->n; at++) ring[at] = *place_in(queue, at);
  free(queue->ring);
  *queue = (Queue){ring, 0, queue->n, most};
}

static inline void join(Queue *queue, Waiting who) {
  if (queue->n == queue->most) widen(queue);
  size_t at = queue->n++;
  for (; at; at--) {
    Waiting *before = place_in(queue, at - 1);
    if (before->joined < who.joined || before->tie < who.tie ||
        (before->tie == who.tie && before->patient < who.patient))
      break;
    *place_in(queue, at) = *before;
  }
  *place_in(queue, at) = who;
}

static inline Waiting leave(Queue *queue) {
  Waiting who = *place_in(queue, 0);
  queue->first = (queue->first + 1) & (queue->most - 1);
  queue->n--;
  return who;
}

/* ---- the outside */

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The most memory this process has had, in MB; 0 where the system does not tell. */
static double peak_mb(void) {
  char line[256];
  double kb = 0;
  FILE *file = fopen("/proc/self/status", "r");
  if (!file) return 0;
  while (fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %lf", &kb);
  fclose(file);
  return kb / 1024;
}

typedef struct {
  int32_t size;
  uint64_t key;
  const char *dump;
} Asked;

/* PROGRAM size seed none|memory [folder for the rows] */
static Asked arguments(int n, char **words) {
  if (n < 4 || n > 5 || (strcmp(words[3], "none") && strcmp(words[3], "memory"))) {
    fprintf(stderr, "usage: %s SIZE SEED none|memory [FOLDER]\n", words[0]);
    exit(2);
  }
  book.on = !strcmp(words[3], "memory");
  return (Asked){(int32_t)strtol(words[1], NULL, 10), key_of(strtoull(words[2], NULL, 10)), n == 5 ? words[4] : NULL};
}

static void dump(const char *folder) {
  char path[4096];
  if (!folder) return;
  snprintf(path, sizeof path, "%s/events", folder);
  write_rows(path, book.events, sizeof(EventRow), book.n_events);
  snprintf(path, sizeof path, "%s/resources", folder);
  write_rows(path, book.resources, sizeof(ResourceRow), book.n_resources);
}
