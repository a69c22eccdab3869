// What DynamoDB keeps under one key: texts and numbers by name.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "base/time.h"

namespace ordo::aws {

class Item {
 public:
  void set_text(std::string name, std::string text);
  void set_number(std::string name, std::uint64_t number);
  void set_number_text(std::string name, std::string digits);  // a number as JSON writes it
  void set_time(std::string name, base::WallTime time);        // as RFC 3339, for people to read
  // From when DynamoDB may delete it: in whole seconds, never too early.
  void set_expiry(base::WallTime time);
  // Those without a value are not there.
  void set_text_if(std::string name, const std::optional<std::string>& text);
  void set_time_if(std::string name, const std::optional<base::WallTime>& time);

  // Nothing: it is not there, or is of another type.
  [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name) const;
  [[nodiscard]] std::optional<base::WallTime> time(std::string_view name) const;
  [[nodiscard]] bool has(std::string_view name) const { return attributes_.contains(name); }

  // As DynamoDB counts it, about: an item has kMaxItemBytes.
  [[nodiscard]] std::size_t bytes() const noexcept;

  // "name":{"S":"text"}, of each, a comma behind the last one, too.
  void append_members(std::string& out) const;
  // Of an object of such members. Attributes of other types are left out: they are not ours.
  static base::Result<Item> parse(const base::JsonValue& attributes);

  void remove(std::string_view name);

  friend bool operator==(const Item&, const Item&) = default;

 private:
  struct Attribute {
    bool is_number = false;
    std::string value;
    friend bool operator==(const Attribute&, const Attribute&) = default;
  };
  std::map<std::string, Attribute, std::less<>> attributes_;
};

inline constexpr char kExpires[] = "expires_at";  // of both tables

// DynamoDB takes 400 KB; its way of counting adds a little to ours.
inline constexpr std::size_t kMaxItemBytes = 390UL * 1024;

}  // namespace ordo::aws
