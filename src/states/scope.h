// What an expression may look at, and what it may cost.
#pragma once

#include <boost/json/value.hpp>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/json.h"

namespace ordo::states {

using Json = base::JsonValue;

// The service's limit on the input and on the output of a state, as compact UTF-8.
inline constexpr std::size_t kMaxStateBytes = 256UL * 1024;

// Named values of one scope; a branch or an iteration sees those of the scopes around it.
class Variables {
 public:
  explicit Variables(const Variables* outer = nullptr) : outer_(outer) {}
  // Nothing: there is none of that name.
  [[nodiscard]] const Json* find(std::string_view name) const;
  void set(std::string name, Json value);
  // Of the values, as compact JSON: of this scope, and of those around it.
  [[nodiscard]] std::size_t own_bytes() const { return own_bytes_; }
  [[nodiscard]] std::size_t all_bytes() const;
  void set_outer(const Variables* outer) { outer_ = outer; }
  [[nodiscard]] const std::map<std::string, Json, std::less<>>& own() const { return own_; }

 private:
  const Variables* outer_;
  std::map<std::string, Json, std::less<>> own_;
  std::size_t own_bytes_ = 0;
};

// Unpredictable bits, for States.UUID and States.MathRandom.
using Entropy = std::function<std::uint64_t()>;

struct Scope {
  const Json& input;           // "$"
  const Json& context;         // "$$"
  const Variables& variables;  // "$name"
  const Entropy& entropy;
};

}  // namespace ordo::states
