// Strong types over a raw value: explicit both ways, so that a TaskId is never
// passed where a LaneKey is meant.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace ordo::base {

template <class Tag, class T>
class Strong {
 public:
  Strong() = default;
  explicit constexpr Strong(T value) : value_(std::move(value)) {}

  [[nodiscard]] constexpr const T& value() const& noexcept { return value_; }
  [[nodiscard]] constexpr T&& value() && noexcept { return std::move(value_); }

  friend constexpr bool operator==(const Strong&, const Strong&) = default;
  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;

 private:
  T value_{};
};

}  // namespace ordo::base

template <class Tag, class T>
struct std::hash<ordo::base::Strong<Tag, T>> {
  std::size_t operator()(const ordo::base::Strong<Tag, T>& strong) const noexcept {
    return std::hash<T>{}(strong.value());
  }
};
