// Tells whoever runs tasks that there are new ones: where a service between the two keeps the order
// of lanes.
#pragma once

#include <span>
#include <vector>

#include "base/result.h"
#include "domain/task.h"

namespace ordo::ports {

struct Announcement {
  domain::Task task;
  // The id was used a moment ago, by this task or by another one: this is no repetition.
  bool again = false;
};

// Any thread.
class Announcer {
 public:
  virtual ~Announcer() = default;

  // Blocks. One outcome each, in their order. Tasks of one lane are told in the order given: where
  // one could not be told, none behind it in its lane is. Telling twice within some minutes is
  // telling once.
  virtual std::vector<base::Result<void>> announce(std::span<const Announcement> announcements) = 0;
};

}  // namespace ordo::ports
