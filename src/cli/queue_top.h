// ordo queue top: the queues, live.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/common.h"
#include "cli/environment.h"
#include "cli/items.h"

namespace ordo::cli {

// Of an item of GET /queues/{queue}/lanes.
[[nodiscard]] const std::vector<Column>& lane_columns();

// "0.4 s", "12 s", "5 min", "3 h", "2 d": how long in one glance.
[[nodiscard]] std::string age_text(double seconds);

// Numbers that grow or shrink, as what they did each second since the last look.
class Rates {
 public:
  // "+12.0", "-0.5", or "" at the first look.
  std::string change(const std::string& name, double value, base::MonoTime now);

 private:
  struct Seen {
    double value = 0;
    base::MonoTime at;
  };
  std::map<std::string, Seen> seen_;
};

// GET /queues as a table.
struct TopTable {
  std::string text;
  std::vector<std::string> waiting;  // the queues with lanes that wait
};
base::Result<TopTable> top_table(std::string_view queues, Rates& rates, base::MonoTime now,
                                 std::size_t columns);

int queue_top(const Target& target, const Environment& environment);

}  // namespace ordo::cli
