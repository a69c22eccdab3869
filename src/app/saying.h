// What nodes say to each other, as texts: {"say":"what","name":"text",…}. Whoever does not know a
// name passes over it, so that nodes of two versions understand each other.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/call_parameters.h"
#include "base/result.h"

namespace ordo::app {

class Saying {
 public:
  explicit Saying(std::string_view what);
  Saying& add(std::string_view name, std::string_view text);
  Saying& add(std::string_view name, std::uint64_t number);
  [[nodiscard]] std::string text() && { return std::move(text_) + "}"; }

 private:
  std::string text_;
};
[[nodiscard]] std::string text_of(std::vector<Saying> all);

class Said {
 public:
  // `invalid`: it is none.
  static base::Result<Said> parse(std::string_view text);

  [[nodiscard]] std::string what() const { return text("say"); }
  [[nodiscard]] bool has(std::string_view name) const { return parameters_.has(name); }
  // Empty, or 0: it was not said.
  [[nodiscard]] std::string text(std::string_view name) const;
  [[nodiscard]] std::uint64_t number(std::string_view name) const;

 private:
  explicit Said(CallParameters parameters) : parameters_(std::move(parameters)) {}
  CallParameters parameters_;
};
// Several, as text_of() has put them together; what cannot be understood is left out.
[[nodiscard]] std::vector<Said> all_said(std::string_view text);

}  // namespace ordo::app
