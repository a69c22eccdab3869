#include "app/home_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/digest.h"

namespace ordo::app {
namespace {

using base::ErrorCode;
using ports::ArchiveRow;
using ports::ArchiveTable;
using ports::Cell;

constexpr std::string_view kObjects = "objects";

// As many rows at once as have about so many bytes.
constexpr std::size_t kPageBytes = 4UL * 1024 * 1024;
constexpr std::size_t kMostRows = 5'000;
constexpr std::size_t kFirstRows = 50;
constexpr std::size_t kObjectsAPage = 1'000;

class PageSize {
 public:
  [[nodiscard]] std::size_t rows() const { return rows_; }
  // By what the last page had. Not much more at once, for the next rows may be larger.
  void learn(std::span<const ArchiveRow> page) {
    std::size_t bytes = 0;
    for (const ArchiveRow& row : page) {
      for (const Cell& cell : row) {
        const auto* const text = std::get_if<std::string>(&cell);
        bytes += text == nullptr ? sizeof(std::int64_t) : text->size();
      }
    }
    const std::size_t fitting = page.size() * kPageBytes / std::max<std::size_t>(bytes, 1);
    rows_ = std::clamp(fitting, std::size_t{1}, std::min(kMostRows, rows_ * 4));
  }

 private:
  std::size_t rows_ = kFirstRows;
};

std::span<const Cell> key_of(const ArchiveTable& table, const ArchiveRow& row) {
  return std::span(row).first(table.key);
}

std::string printed(std::span<const Cell> key) {
  std::string text;
  for (const Cell& cell : key) {
    if (!text.empty()) text += ", ";
    if (const auto* const number = std::get_if<std::int64_t>(&cell)) {
      text += std::to_string(*number);
    } else if (const auto* const words = std::get_if<std::string>(&cell)) {
      text += fmt::format("{:?}", *words);
    }
  }
  return text;
}

// Of any number of pieces, one after the other.
class Checksum {
 public:
  void add(std::string_view piece) {
    std::string both(so_far_.begin(), so_far_.end());
    both += piece;
    so_far_ = base::sha256(both);
  }
  [[nodiscard]] std::string hex() const {
    std::string text;
    for (const unsigned char byte : so_far_) text += fmt::format("{:02x}", byte);
    return text;
  }
  bool operator==(const Checksum&) const = default;

 private:
  base::Digest so_far_{};
};

// How far a copy is: so many tables are whole, and of the next so many rows, the last with this
// key.
struct Place {
  std::size_t table = 0;
  std::uint64_t rows = 0;
  std::vector<Cell> after = {};
};

std::string bytes_of(const Place& place) {
  ArchiveRow row{static_cast<std::int64_t>(place.table), static_cast<std::int64_t>(place.rows)};
  row.insert(row.end(), place.after.begin(), place.after.end());
  return row_bytes(row);
}

std::optional<Place> place_in(std::string_view bytes) {
  const std::optional<ArchiveRow> row = row_in(bytes);
  if (!row || row->size() < 2) return std::nullopt;
  const auto* const table = std::get_if<std::int64_t>(row->data());
  const auto* const rows = std::get_if<std::int64_t>(&row->at(1));
  if (table == nullptr || rows == nullptr || *table < 0 || *rows < 0) return std::nullopt;
  Place place{static_cast<std::size_t>(*table), static_cast<std::uint64_t>(*rows), {}};
  place.after.assign(row->begin() + 2, row->end());
  if (place.table >= ports::kArchiveTables.size()) return std::nullopt;
  const std::size_t key = ports::kArchiveTables.at(place.table).key;
  if (!place.after.empty() && place.after.size() != key) return std::nullopt;
  return place;
}

bool is_same(const ports::ObjectInfo& one, const ports::ObjectInfo& other) {
  return one.key == other.key && one.bytes == other.bytes && one.etag == other.etag &&
         one.content_type == other.content_type && one.modified_at == other.modified_at;
}

class HomeCopy {
 public:
  HomeCopy(const CopySource& from, const CopyTarget& to,
           const std::function<void(const CopyStep&)>& progress)
      : from_(from), to_(to), progress_(progress) {}

  base::Result<std::vector<Copied>> run() {
    if (auto begun = begin(); !begun) return base::fail(std::move(begun.error()));
    for (; place_.table < ports::kArchiveTables.size(); place_ = {place_.table + 1}) {
      if (auto copied = copy_table(); !copied) return base::fail(std::move(copied.error()));
    }
    if (auto copied = copy_objects(); !copied) return base::fail(std::move(copied.error()));
    std::vector<Copied> all;
    for (const ArchiveTable& table : ports::kArchiveTables) {
      base::Result<Copied> same = compare_table(table);
      if (!same) return base::fail(std::move(same.error()));
      all.push_back(std::move(*same));
    }
    base::Result<Copied> same = compare_objects();
    if (!same) return base::fail(std::move(same.error()));
    all.push_back(std::move(*same));
    if (auto finished = to_.rows.finish(); !finished) {
      return base::fail(std::move(finished.error()));
    }
    return all;
  }

 private:
  base::Result<void> begin() {
    auto state = to_.rows.state();
    if (!state) return base::fail(std::move(state.error()));
    if (!*state) {
      if (auto begun = to_.rows.begin({from_.name, bytes_of(place_)}); !begun) return begun;
    } else {
      const std::optional<Place> place = place_in((*state)->place);
      if ((*state)->source != from_.name || !place) {
        return base::fail(ErrorCode::conflict,
                          fmt::format("a copy of {} has begun there and is not finished: finish "
                                      "that one, or make the target anew",
                                      (*state)->source));
      }
      place_ = *place;
    }
    return count_all();
  }

  base::Result<void> count_all() {
    for (std::size_t i = 0; i < ports::kArchiveTables.size(); ++i) {
      const auto rows = from_.rows.count(ports::kArchiveTables.at(i));
      if (!rows) return base::fail(rows.error());
      step_.total += 2 * *rows;
      if (i < place_.table) step_.done += *rows;
    }
    step_.done += place_.rows;
    auto buckets = from_.objects.buckets();
    if (!buckets) return base::fail(std::move(buckets.error()));
    buckets_ = std::move(*buckets);
    std::ranges::sort(buckets_);
    for (const std::string& bucket : buckets_) {
      auto walked = each_object(from_.objects.store, bucket, [this](const ports::ObjectInfo&) {
        step_.total += 2;
        return base::Result<void>();
      });
      if (!walked) return walked;
    }
    return {};
  }

  base::Result<void> copy_table() {
    const ArchiveTable& table = ports::kArchiveTables.at(place_.table);
    PageSize size;
    while (true) {
      const auto rows = from_.rows.read(table, place_.after, size.rows());
      if (!rows) return base::fail(rows.error());
      if (rows->empty()) return {};
      size.learn(*rows);
      const std::span<const Cell> last = key_of(table, rows->back());
      place_.after.assign(last.begin(), last.end());
      place_.rows += rows->size();
      if (auto added = to_.rows.add(table, *rows, bytes_of(place_)); !added) return added;
      tell(false, table.name, rows->size());
    }
  }

  // Both in the same order, so that the first difference can be named.
  base::Result<Copied> compare_table(const ArchiveTable& table) {
    PageSize size;
    Checksum source;
    Checksum target;
    std::uint64_t count = 0;
    std::vector<Cell> after;
    while (true) {
      const auto wanted = from_.rows.read(table, after, size.rows());
      if (!wanted) return base::fail(wanted.error());
      const auto found = to_.rows.read(table, after, size.rows());
      if (!found) return base::fail(found.error());
      for (const ArchiveRow& row : *wanted) source.add(row_bytes(row));
      for (const ArchiveRow& row : *found) target.add(row_bytes(row));
      if (source != target) return base::fail(difference(table, *wanted, *found));
      if (wanted->empty()) break;
      size.learn(*wanted);
      const std::span<const Cell> last = key_of(table, wanted->back());
      after.assign(last.begin(), last.end());
      count += wanted->size();
      tell(true, table.name, wanted->size());
    }
    return Copied{std::string(table.name), count, target.hex()};
  }

  static base::Error difference(const ArchiveTable& table, std::span<const ArchiveRow> wanted,
                                std::span<const ArchiveRow> found) {
    const auto [one, other] = std::ranges::mismatch(wanted, found);
    const ArchiveRow& row = one != wanted.end() ? *one : *other;
    return {ErrorCode::conflict,
            fmt::format("{} ({}) is not the same in source and target: the source was changed "
                        "while it was copied, or the target; make the target anew and begin again",
                        table.name, printed(key_of(table, row))),
            {}};
  }

  template <class Take>
  static base::Result<void> each_object(ports::ObjectStore& store, const std::string& bucket,
                                        Take take) {
    std::optional<std::string> after = "";
    while (after) {
      auto page = store.list(bucket, "", *after, kObjectsAPage);
      if (!page) return base::fail(std::move(page.error()));
      if (!*page) return {};
      for (const ports::ObjectInfo& info : (*page)->items) {
        if (auto taken = take(info); !taken) return taken;
      }
      after = std::move((*page)->after);
    }
    return {};
  }

  base::Result<void> copy_objects() {
    for (const std::string& bucket : buckets_) {
      auto copied = each_object(from_.objects.store, bucket, [&](const ports::ObjectInfo& info) {
        return copy_object(bucket, info);
      });
      if (!copied) return copied;
    }
    return {};
  }

  base::Result<void> copy_object(const std::string& bucket, const ports::ObjectInfo& info) {
    auto there = to_.objects.store.get(bucket, info.key);
    if (!there) return base::fail(std::move(there.error()));
    if (!*there || !is_same((*there)->info, info)) {
      auto object = from_.objects.store.get(bucket, info.key);
      if (!object) return base::fail(std::move(object.error()));
      if (!*object) return base::fail(changed_object(bucket, info.key));
      to_.set_time((*object)->info.modified_at);
      auto put =
          to_.objects.store.put(bucket, info.key, (*object)->body, (*object)->info.content_type);
      if (!put) return base::fail(std::move(put.error()));
    }
    tell(false, kObjects, 1);
    return {};
  }

  // Bodies, too: whoever says what an object's ETag is may have it from elsewhere.
  base::Result<Copied> compare_objects() {
    Copied same{std::string(kObjects), 0, {}};
    Checksum checksum;
    for (const std::string& bucket : buckets_) {
      auto compared = each_object(
          from_.objects.store, bucket, [&](const ports::ObjectInfo& info) -> base::Result<void> {
            auto wanted = from_.objects.store.get(bucket, info.key);
            if (!wanted) return base::fail(std::move(wanted.error()));
            auto found = to_.objects.store.get(bucket, info.key);
            if (!found) return base::fail(std::move(found.error()));
            if (!*wanted || !*found || !is_same((*wanted)->info, (*found)->info) ||
                (*wanted)->body != (*found)->body) {
              return base::fail(changed_object(bucket, info.key));
            }
            checksum.add(bucket);
            checksum.add(info.key);
            checksum.add((*found)->body);
            ++same.count;
            tell(true, kObjects, 1);
            return {};
          });
      if (!compared) return base::fail(std::move(compared.error()));
    }
    std::uint64_t there = 0;
    auto buckets = to_.objects.buckets();
    if (!buckets) return base::fail(std::move(buckets.error()));
    for (const std::string& bucket : *buckets) {
      auto walked = each_object(to_.objects.store, bucket, [&there](const ports::ObjectInfo&) {
        ++there;
        return base::Result<void>();
      });
      if (!walked) return base::fail(std::move(walked.error()));
    }
    if (there != same.count) {
      return base::fail(ErrorCode::conflict,
                        fmt::format("the target has {} objects and the source {}: make the target "
                                    "anew and begin again",
                                    there, same.count));
    }
    same.checksum = checksum.hex();
    return same;
  }

  static base::Error changed_object(const std::string& bucket, const std::string& key) {
    return {ErrorCode::conflict,
            fmt::format("object {:?} of bucket {} was changed while it was copied: run it again",
                        key, bucket),
            {}};
  }

  void tell(bool compares, std::string_view what, std::size_t more) {
    step_.compares = compares;
    step_.what = what;
    step_.done += more;
    if (progress_) progress_(step_);
  }

  const CopySource& from_;
  const CopyTarget& to_;
  const std::function<void(const CopyStep&)>& progress_;
  Place place_;
  std::vector<std::string> buckets_;
  CopyStep step_;
};

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

base::Result<std::vector<Copied>> copy_home(const CopySource& from, const CopyTarget& to,
                                            const std::function<void(const CopyStep&)>& progress) {
  return HomeCopy(from, to, progress).run();
}

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
