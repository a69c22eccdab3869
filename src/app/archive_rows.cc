#include "app/archive_rows.h"

#include <cstddef>
#include <cstdint>

namespace ordo::app {
namespace {

using ports::ArchiveRow;
using ports::Cell;

void append_size(std::string& bytes, std::uint64_t size) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(size >> shift & 0xff);
}

std::optional<std::uint64_t> take_size(std::string_view& bytes) {
  constexpr std::size_t kBytes = 8;
  if (bytes.size() < kBytes) return std::nullopt;
  std::uint64_t size = 0;
  for (const char byte : bytes.substr(0, kBytes)) {
    size = size << 8 | static_cast<unsigned char>(byte);
  }
  bytes.remove_prefix(kBytes);
  return size;
}

}  // namespace

// Each cell is a letter that says what it is, and then its number, or its length and its bytes.
std::string row_bytes(const ArchiveRow& row) {
  std::string bytes;
  for (const Cell& cell : row) {
    if (const auto* const number = std::get_if<std::int64_t>(&cell)) {
      bytes += 'n';
      append_size(bytes, static_cast<std::uint64_t>(*number));
    } else if (const auto* const text = std::get_if<std::string>(&cell)) {
      bytes += 't';
      append_size(bytes, text->size());
      bytes += *text;
    } else {
      bytes += '-';
    }
  }
  return bytes;
}

std::optional<ArchiveRow> row_in(std::string_view bytes) {
  ArchiveRow row;
  while (!bytes.empty()) {
    const char kind = bytes.front();
    bytes.remove_prefix(1);
    if (kind == '-') {
      row.emplace_back();
      continue;
    }
    const std::optional<std::uint64_t> size = take_size(bytes);
    if (!size) return std::nullopt;
    if (kind == 'n') {
      row.emplace_back(static_cast<std::int64_t>(*size));
    } else if (kind == 't' && *size <= bytes.size()) {
      row.emplace_back(std::string(bytes.substr(0, *size)));
      bytes.remove_prefix(*size);
    } else {
      return std::nullopt;
    }
  }
  return row;
}

}  // namespace ordo::app
