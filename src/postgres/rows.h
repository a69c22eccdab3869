// What a statement answered.
#pragma once

#include <libpq-fe.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace ordo::postgres {

// Rows and columns count from 0. Texts live as long as the rows.
class Rows {
 public:
  Rows() = default;
  explicit Rows(PGresult* result) : result_(result) {}

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] bool is_null(std::size_t row, int column) const;
  // Of any type of integers; a null is 0.
  [[nodiscard]] std::int64_t integer(std::size_t row, int column) const;
  [[nodiscard]] std::uint64_t number(std::size_t row, int column) const {
    return static_cast<std::uint64_t>(integer(row, column));
  }
  [[nodiscard]] bool boolean(std::size_t row, int column) const;
  // Text or bytes.
  [[nodiscard]] std::string_view text(std::size_t row, int column) const;
  [[nodiscard]] std::string string(std::size_t row, int column) const {
    return std::string(text(row, column));
  }
  [[nodiscard]] std::optional<std::string> optional_string(std::size_t row, int column) const;
  [[nodiscard]] base::WallTime time(std::size_t row, int column) const;
  [[nodiscard]] std::optional<base::WallTime> optional_time(std::size_t row, int column) const;
  // How many rows a statement has changed.
  [[nodiscard]] std::uint64_t changed() const;

 private:
  struct Clear {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  std::unique_ptr<PGresult, Clear> result_;
};

}  // namespace ordo::postgres
