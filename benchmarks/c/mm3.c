/* W1, M/M/3, by hand: the work and the rows of the project's engines on benchmarks/workloads/mm3.py. */

#include "common.h"
#include "numbers.h"

int main(int n, char **words) {
  Asked asked = arguments(n, words);
  double began = seconds();
  const uint64_t key = asked.key;
  Queue queue = {0};
  int64_t busy = 0, logged = 0, ends = NEVER, left = 0, events = 0;
  int64_t waited = 0, served = 0;
  int32_t customer = 0;
  double clock = exponential(key, 0, W1_ASK_GAP, 0) * W1_GAP;
  int64_t arrives = (int64_t)floor(clock);
  tell_resource(0, 0, HAPPENING_CAPACITY, W1_SERVERS);

  for (;;) {
    int64_t now = next_minute() < arrives ? next_minute() : arrives;
    if (now >= ends) break;
    do {
      /* everyone who is due moves */
      while (arrives == now) {
        int64_t minutes = whole(exponential(key, customer, W1_ASK_SERVICE, 0) * W1_SERVICE);
        tell(customer, now, EVENT_ARRIVED, W1_ARRIVAL, -1, 0);
        tell(customer, now, EVENT_JOINED, W1_ARRIVAL, 0, 0);
        join(&queue, (Waiting){now, uniform(key, customer, ASK_TIE, 0), minutes, customer});
        events++;
        if (++customer < asked.size) {
          clock += exponential(key, customer, W1_ASK_GAP, 0) * W1_GAP;
          arrives = (int64_t)floor(clock);
        } else {
          ends = arrives + W1_DRAIN_MINUTES;
          arrives = NEVER;
        }
      }
      while (next_minute() == now) {
        Due due = take();
        tell(due.patient, now, EVENT_FINISHED, W1_ARRIVAL, 0, due.lasted);
        tell(due.patient, now, EVENT_LEFT, W1_DEPARTURE, -1, 0);
        served += due.lasted;
        busy--;
        left++;
        events++;
      }
      /* what is free is given out */
      while (busy < W1_SERVERS && queue.n) {
        Waiting who = leave(&queue);
        busy++;
        waited += now - who.joined;
        tell(who.patient, now, EVENT_STARTED, W1_ARRIVAL, 0, who.minutes);
        put(now + who.minutes, (int32_t)who.patient, 0, who.minutes);
      }
    } while (next_minute() == now);
    if (busy != logged) {
      tell_resource(now, 0, HAPPENING_OCCUPIED, busy);
      logged = busy;
    }
  }
  double took = seconds() - began;
  printf("{\"seconds\": %.6f, \"peak_mb\": %.1f, \"customers\": %lld, \"events\": %lld, \"wait\": %.9f, "
         "\"service\": %.9f, \"rows\": %zu}\n",
         took, peak_mb(), (long long)left, (long long)events, (double)waited / asked.size / W1_UNIT,
         (double)served / asked.size / W1_UNIT, book.n_events + book.n_resources);
  dump(asked.dump);
  return 0;
}
