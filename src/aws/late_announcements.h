// Tasks that are durable but of which the queue may never have heard, because their process ended
// in between: they are announced again, once.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "aws/home_options.h"
#include "aws/task_reader.h"
#include "ports/announcer.h"
#include "ports/clock.h"

namespace ordo::aws {

// Whoever accepts tasks has ended, or been ended, by then. SQS must still know what it was told, so
// that it takes this for a repetition: that is five minutes.
inline constexpr base::Millis kAnnounceAfter{std::chrono::seconds(75)};
inline constexpr std::size_t kAnnouncedAtOnce = 50;

// A mark in the table says up to which sequence all have been looked at; none comes to be below it
// any more, for it stands behind what is old enough only.
//
// One thread; in several processes tasks may be announced more than once, which changes nothing.
class LateAnnouncements {
 public:
  // Borrowed.
  LateAnnouncements(Dynamo& dynamo, const HomeOptions& options, TaskReader& tasks,
                    ports::Announcer& announcer, const ports::Clock& clock)
      : dynamo_(dynamo), options_(options), tasks_(tasks), announcer_(announcer), clock_(clock) {}

  struct Step {
    std::size_t seen = 0;
    std::size_t announced = 0;
    // Of queues that are not configured: not looked at again. Whoever puts them back announces
    // them.
    std::vector<domain::TaskId> left_out;
    bool more = false;                        // there are others that are old enough
    std::optional<base::Error> failure = {};  // of the first that could not be announced
  };
  // The next few in their order. Where one could not be announced, the next step begins.
  base::Result<Step> step();

 private:
  Dynamo& dynamo_;
  const HomeOptions& options_;
  TaskReader& tasks_;
  ports::Announcer& announcer_;
  const ports::Clock& clock_;
};

}  // namespace ordo::aws
