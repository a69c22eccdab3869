#include "aws/number_source.h"

#include <algorithm>
#include <span>

namespace ordo::aws {

void NumberSource::note(std::uint64_t last) {
  const std::lock_guard lock(mutex_);
  last_ = std::max(last_.value_or(0), last);
}

base::Result<std::uint64_t> NumberSource::last() {
  {
    const std::lock_guard lock(mutex_);
    if (last_) return *last_;
  }
  const auto items = dynamo_.read(table_, std::span(&counter_, 1));
  if (!items) return base::fail(items.error());
  const std::uint64_t last = items->front() ? items->front()->number(kLastDrawn).value_or(0) : 0;
  note(last);
  return last;
}

base::Result<std::uint64_t> NumberSource::draw(std::uint64_t count) {
  const auto last = dynamo_.draw(table_, counter_, count);
  if (!last) return base::fail(last.error());
  note(*last);
  return *last - count;
}

}  // namespace ordo::aws
