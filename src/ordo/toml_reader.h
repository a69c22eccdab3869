// Reads one TOML table key by key: what nobody asked for is unknown, and every fault has its line.
#pragma once

#include <toml++/toml.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "ordo/config.h"

namespace ordo::program {

// The faults of a whole file, in the order in which they are found.
struct Faults {
  std::string file;
  std::vector<std::string> lines;

  void add(const toml::node* node, std::string_view what, std::string_view key,
           std::string_view message);
};

class TableReader {
 public:
  // `name` is how the table is called in messages: "[server]".
  TableReader(const toml::table* table, std::string name, Faults& faults);
  // Whatever was not read is reported as unknown, with the nearest known key.
  ~TableReader();
  TableReader(const TableReader&) = delete;
  TableReader& operator=(const TableReader&) = delete;

  void text(std::string_view key, std::string& target);
  void choice(std::string_view key, std::string& target,
              std::initializer_list<std::string_view> choices);
  void flag(std::string_view key, bool& target);
  void number(std::string_view key, double& target, double min, double max);
  void duration(std::string_view key, base::Millis& target, base::Millis min, base::Millis max);
  void texts(std::string_view key, std::vector<std::string>& target);
  template <class Int>
  void integer(std::string_view key, Int& target, std::int64_t min, std::int64_t max) {
    std::int64_t value = 0;
    if (read_integer(key, value, min, max)) target = static_cast<Int>(value);
  }
  // A table inside; null when it is not there.
  [[nodiscard]] const toml::table* table(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;
  // Only the first complaint about a key is told: what follows comes of the same fault.
  void complain(std::string_view key, std::string_view message);
  // Nothing more is reported as unknown: the fault is elsewhere.
  void ignore_rest();

 private:
  const toml::node* take(std::string_view key);
  bool read_integer(std::string_view key, std::int64_t& target, std::int64_t min, std::int64_t max);

  const toml::table* table_;
  std::string name_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
  std::set<std::string, std::less<>> told_;
};

}  // namespace ordo::program
