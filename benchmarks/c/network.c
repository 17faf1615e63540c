/* W2, the pathway, by hand: the work and the rows of the project's engines on benchmarks/workloads/network.py. */

#include "common.h"
#include "numbers.h"

enum { DELAY = W2_RESOURCES }; /* what ends, beside the resources */

typedef struct {
  int32_t steps; /* run before: the address of tie-breaks */
  int32_t seen;  /* visits in all */
  int16_t passes, visits;
  int32_t step; /* the step that placed her order */
} Patient;

typedef struct {
  Queue queue;
  int64_t places, taken, logged, waited, started, served;
} Resource;

static const double share_bounds[] = W2_SHARE_BOUNDS, treatment_medians[] = W2_TREATMENT_MEDIANS;
static const int64_t capacities[W2_RESOURCES] = W2_CAPACITIES;
static const char *const names[W2_RESOURCES] = W2_NAMES;

static uint64_t key;
static int64_t now, left, events, visits;
static Patient *patients;
static Resource resources[W2_RESOURCES];
static unsigned changed; /* bits of the places in which, in this minute, someone joined the queue or left */

static inline void ask_for(int32_t i, int place, int64_t minutes) {
  tell(i, now, EVENT_JOINED, patients[i].step, place, 0);
  uint32_t address = (uint32_t)patients[i].steps * VISITS_A_STEP;
  join(&resources[place].queue, (Waiting){now, uniform(key, (uint64_t)i, ASK_TIE, address), minutes, i});
  changed |= 1u << place;
}

static inline void until_visit(int32_t i) {
  int64_t minutes =
      whole(exponential(key, (uint64_t)i, W2_ASK_INTERVAL, (uint32_t)patients[i].seen) * W2_INTERVAL);
  put(now + minutes, i, DELAY, minutes);
}

/* What follows for patient i at this step. */
static inline void advance(int32_t i, int step) {
  Patient *p = &patients[i];
  uint64_t who = (uint64_t)i;
  p->step = step;
  switch (step) {
    case W2_REFERRAL: {
      int64_t minutes = whole(exponential(key, who, W2_ASK_TRIAGE, 0) * W2_TRIAGE);
      put(now + minutes, i, DELAY, minutes);
      break;
    }
    case W2_SCAN:
      ask_for(i, W2_SCANNER_ROOM, whole(exponential(key, who, W2_ASK_SCAN, 0) * W2_SCAN_MEAN));
      break;
    case W2_BIOPSY:
      ask_for(i, W2_BIOPSY_ROOM, whole(exponential(key, who, W2_ASK_BIOPSY, 0) * W2_BIOPSY_MEAN));
      break;
    case W2_BOARD:
      ask_for(i, W2_BOARD_ROOM, W2_BOARD_MINUTES);
      break;
    case W2_TREATMENT: {
      p->passes++;
      p->visits = 0;
      uint32_t nth = (uint32_t)p->passes;
      double u = uniform(key, who, W2_ASK_WHICH, nth);
      int which = u < share_bounds[0] ? 0 : u < share_bounds[1] ? 1 : 2;
      double median = treatment_medians[which];
      ask_for(i, W2_FIRST_SUITE + which,
              whole(lognormal(key, who, W2_ASK_TREATMENT, nth, median, W2_TREATMENT_SIGMA)));
      break;
    }
    case W2_STAY: {
      uint32_t nth = (uint32_t)p->passes;
      ask_for(i, W2_WARD, whole(lognormal(key, who, W2_ASK_STAY, nth, W2_STAY_MEDIAN, W2_STAY_SIGMA)));
      break;
    }
    case W2_DISCHARGE:
      until_visit(i);
      break;
    default: {
      uint32_t nth = (uint32_t)p->seen++;
      p->visits++;
      visits++;
      tell(i, now, EVENT_MEASURED, step, -1, p->visits);
      if (p->passes <= W2_MOST_RECURRENCES && uniform(key, who, W2_ASK_RECURS, nth) < W2_RECURS) {
        tell(i, now, EVENT_RECURRED, step, -1, p->passes);
        ask_for(i, W2_BOARD_ROOM, W2_BOARD_MINUTES);
      } else if (p->visits < W2_MOST_VISITS) {
        until_visit(i);
      } else {
        tell(i, now, EVENT_LEFT, step, -1, 0);
        left++;
      }
    }
  }
  p->steps++;
}

static inline void start(int64_t i, int place, int64_t joined, int64_t minutes) {
  Resource *resource = &resources[place];
  resource->waited += now - joined;
  resource->started++;
  tell(i, now, EVENT_STARTED, patients[i].step, place, minutes);
}

static inline void give(int place) {
  Resource *resource = &resources[place];
  while (resource->taken < resource->places && resource->queue.n) {
    Waiting who = leave(&resource->queue);
    resource->taken++;
    start(who.patient, place, who.joined, who.minutes);
    put(now + who.minutes, (int32_t)who.patient, place, who.minutes);
  }
}

static inline void end(Due due) {
  int32_t i = due.patient;
  Patient *p = &patients[i];
  events++;
  if (due.what == DELAY) {
    advance(i, p->step == W2_REFERRAL ? W2_SCAN : W2_VISIT);
    return;
  }
  Resource *resource = &resources[due.what];
  tell(i, now, EVENT_FINISHED, p->step, due.what, due.lasted);
  resource->taken--;
  resource->served += due.lasted;
  changed |= 1u << due.what;
  advance(i, p->step + 1);
}

/* ---- the board: its cases are called one after the other */

static struct {
  int64_t opens, calls; /* minute of the next sitting; of the end of the present case, or NEVER */
  Waiting cases[W2_BOARD_SLOTS];
  int n, at;
} board = {W2_BOARD_EVERY, NEVER, {{0}}, 0, 0};

static void call(void) {
  Waiting who = board.cases[board.at];
  tell(who.patient, now, EVENT_CALLED, patients[who.patient].step, W2_BOARD_ROOM, 0);
  start(who.patient, W2_BOARD_ROOM, who.joined, who.minutes);
  board.calls = now + who.minutes;
}

static void next_case(void) {
  Waiting who = board.cases[board.at];
  int32_t i = (int32_t)who.patient;
  tell(i, now, EVENT_FINISHED, patients[i].step, W2_BOARD_ROOM, who.minutes);
  advance(i, W2_TREATMENT);
  board.calls = NEVER;
  if (++board.at < board.n) call();
}

static void open_board(int64_t ends) {
  Queue *queue = &resources[W2_BOARD_ROOM].queue;
  board.n = board.at = 0;
  while (board.n < W2_BOARD_SLOTS && queue->n && place_in(queue, 0)->joined < now) {
    Waiting who = leave(queue);
    tell(who.patient, now, EVENT_BOOKED, patients[who.patient].step, W2_BOARD_ROOM, now);
    board.cases[board.n++] = who;
  }
  int64_t minutes = W2_BOARD_SLOTS * W2_BOARD_MINUTES;
  tell_resource(now, W2_BOARD_ROOM, HAPPENING_OPENED, minutes);
  if (board.n) call();
  if (now + minutes < ends) tell_resource(now + minutes, W2_BOARD_ROOM, HAPPENING_CLOSED, board.n * W2_BOARD_MINUTES);
  board.opens = now + W2_BOARD_EVERY;
}

int main(int n, char **words) {
  Asked asked = arguments(n, words);
  double began = seconds();
  key = asked.key;
  patients = calloc((size_t)asked.size, sizeof(Patient));
  if (!patients) fail("out of memory");
  for (int place = 0; place < W2_RESOURCES; place++) {
    resources[place].places = capacities[place];
    if (place != W2_BOARD_ROOM) tell_resource(0, place, HAPPENING_CAPACITY, capacities[place]);
  }
  int32_t arrived = 0;
  double clock = exponential(key, 0, W2_ASK_GAP, 0) * W2_GAP;
  int64_t arrives = (int64_t)floor(clock), ends = NEVER;

  for (;;) {
    now = next_minute();
    if (arrives < now) now = arrives;
    if (board.calls < now) now = board.calls;
    if (board.opens < now) now = board.opens;
    if (now >= ends) break;
    changed = 0;
    unsigned dirty = 0;
    do {
      /* everyone who is due moves */
      while (arrives == now) {
        tell(arrived, now, EVENT_ARRIVED, W2_REFERRAL, -1, 0);
        events++;
        advance(arrived, W2_REFERRAL);
        if (++arrived < asked.size) {
          clock += exponential(key, (uint64_t)arrived, W2_ASK_GAP, 0) * W2_GAP;
          arrives = (int64_t)floor(clock);
        } else {
          ends = arrives + W2_DRAIN_MINUTES;
          arrives = NEVER;
        }
      }
      if (board.calls == now) next_case();
      while (next_minute() == now) end(take());
      /* what is free is given out: places, then the board */
      changed &= ~(1u << W2_BOARD_ROOM);
      dirty |= changed;
      for (; changed; changed &= changed - 1) give(__builtin_ctz(changed));
      if (board.opens == now) open_board(ends);
    } while (next_minute() == now);
    for (; dirty; dirty &= dirty - 1) {
      int place = __builtin_ctz(dirty);
      Resource *resource = &resources[place];
      if (resource->taken != resource->logged) {
        tell_resource(now, place, HAPPENING_OCCUPIED, resource->taken);
        resource->logged = resource->taken;
      }
    }
  }
  double took = seconds() - began;
  printf("{\"seconds\": %.6f, \"peak_mb\": %.1f, \"customers\": %lld, \"events\": %lld, \"rows\": %zu, "
         "\"passes\": %.9f, \"visits\": %.9f, \"stay\": %.9f",
         took, peak_mb(), (long long)left, (long long)events, book.n_events + book.n_resources,
         (double)resources[W2_BOARD_ROOM].started / asked.size, (double)visits / asked.size,
         (double)resources[W2_WARD].served / (double)resources[W2_WARD].started / W2_DAY);
  for (int place = 0; place < W2_RESOURCES; place++)
    printf(", \"wait_%s\": %.9f", names[place],
           (double)resources[place].waited / (double)(resources[place].started + !resources[place].started) / W2_DAY);
  printf("}\n");
  dump(asked.dump);
  return 0;
}
