// A page of a list, filled from what stands on shelves.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "aws/shelf_walk.h"
#include "base/result.h"
#include "ports/page_bytes.h"

namespace ordo::aws {

// Read at once, and looked at for one page at most.
inline constexpr std::size_t kReadAtOnce = 100;
inline constexpr std::size_t kMaxExamined = 2'000;

// `matching` (keys → Result<vector<optional<item>>>) gives those of the keys that belong to the
// list; `bytes_of` says how large an item is. The page says where the walk goes on if another one
// follows, or if so many were looked at that nobody knows.
template <class Page, class Number, class Matching, class BytesOf>
base::Result<Page> filled_page(ShelfWalk& walk, std::optional<Number> before, std::size_t limit,
                               Matching matching, BytesOf bytes_of) {
  Page page;
  std::size_t bytes = 0;
  std::size_t examined = 0;
  Number last = before.value_or(Number(0));
  while (true) {
    // What is wanted first, then many: whoever is still here looks for something rare.
    const std::size_t first = examined == 0 ? limit + 1 : kReadAtOnce;
    const auto keys = walk.take(std::min({kReadAtOnce, first, kMaxExamined - examined}));
    if (!keys) return base::fail(keys.error());
    auto items = matching(*keys);
    if (!items) return base::fail(std::move(items.error()));
    for (std::size_t i = 0; i < keys->size(); ++i) {
      if (auto& item = (*items)[i]) {
        if (page.items.size() == limit || bytes >= ports::kFullPageBytes) {
          page.next_before = last;
          return page;
        }
        bytes += bytes_of(*item);
        page.items.push_back(std::move(*item));
      }
      last = Number((*keys)[i].number);
    }
    examined += keys->size();
    const base::Result<bool> more = walk.more();
    if (!more) return base::fail(more.error());
    if (*more && examined < kMaxExamined) continue;
    if (*more) page.next_before = last;
    return page;
  }
}

}  // namespace ordo::aws
