// The inside of "[?(…)]".
#pragma once

#include <cstddef>
#include <functional>

#include "states/json_path_cursor.h"
#include "states/json_path_steps.h"

namespace ordo::states {

// The steps behind a "@" or "$" within a filter, as the reader of paths reads them.
using StepsReader = std::function<PathSteps(std::size_t nesting)>;

// Reads up to the parenthesis that closes the filter; complaints are the cursor's.
class FilterParser {
 public:
  FilterParser(PathCursor& cursor, const StepsReader& read_steps, std::size_t nesting)
      : cursor_(cursor), read_steps_(read_steps), nesting_(nesting) {}

  [[nodiscard]] PathFilter parse();

 private:
  PathFilter any();
  PathFilter all();
  PathFilter negated();
  PathFilter comparison();
  std::optional<PathFilter::Comparison> comparator();
  FilterOperand operand();
  FilterOperand path(bool from_root);
  FilterOperand pattern();
  Json literal();
  Json list();
  Json number();
  Json word();
  bool enter();

  PathCursor& cursor_;
  const StepsReader& read_steps_;
  std::size_t nesting_;
};

}  // namespace ordo::states
