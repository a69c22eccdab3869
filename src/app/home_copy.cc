#include "app/home_copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "app/archive_rows.h"
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
constexpr std::size_t kMostRows = 500;
constexpr std::size_t kFirstRows = 50;
constexpr std::size_t kObjectsAPage = 20'000;
constexpr std::size_t kLastNumbers = 4;  // all of them

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
  [[nodiscard]] std::string hex() const { return fmt::format("{:02x}", fmt::join(so_far_, "")); }
  bool operator==(const Checksum&) const = default;

 private:
  base::Digest so_far_{};
};

// How far a copy is: the tables before this one are whole, and of it so many rows, the last with
// this key. Kept with the table's name, for another version of ordo may have others.
struct Place {
  std::size_t table = 0;
  std::uint64_t rows = 0;
  std::vector<Cell> after = {};
};

std::string bytes_of(const Place& place) {
  ArchiveRow row{std::string(ports::kArchiveTables.at(place.table).name),
                 static_cast<std::int64_t>(place.rows)};
  row.insert(row.end(), place.after.begin(), place.after.end());
  return row_bytes(row);
}

std::optional<Place> place_in(std::string_view bytes) {
  const std::optional<ArchiveRow> row = row_in(bytes);
  if (!row || row->size() < 2) return std::nullopt;
  const auto* const name = std::get_if<std::string>(row->data());
  const auto* const rows = std::get_if<std::int64_t>(&row->at(1));
  if (name == nullptr || rows == nullptr || *rows < 0) return std::nullopt;
  const auto table = std::ranges::find(ports::kArchiveTables, *name, &ArchiveTable::name);
  if (table == ports::kArchiveTables.end()) return std::nullopt;
  if (row->size() != 2 && row->size() != 2 + table->key) return std::nullopt;
  return Place{static_cast<std::size_t>(table - ports::kArchiveTables.begin()),
               static_cast<std::uint64_t>(*rows),
               {row->begin() + 2, row->end()}};
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
    if (finished_before_) return std::vector<Copied>();
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
    if (auto alone = check_alone(); !alone) return base::fail(std::move(alone.error()));
    step_.phase = CopyStep::Phase::finishes;
    tell("", 0);
    // At no time can it be served in both.
    if (auto noted = from_.rows.note_moved(to_.name); !noted) {
      return base::fail(std::move(noted.error()));
    }
    if (auto finished = to_.rows.finish(); !finished) {
      return base::fail(std::move(finished.error()));
    }
    return all;
  }

 private:
  base::Result<void> begin() {
    const auto moved = from_.rows.moved_to();
    if (!moved) return base::fail(moved.error());
    if (*moved && **moved != to_.name) return base::fail(ports::moved_away(from_.name, **moved));
    auto state = to_.rows.state();
    if (!state) return base::fail(std::move(state.error()));
    if (*state && (*state)->finished && (*state)->source == from_.name) {
      finished_before_ = true;
      if (*moved) return {};
      return base::fail(ErrorCode::conflict,
                        "an earlier run has copied all of it there, and it was taken back since "
                        "then: make the target anew, and begin again");
    }
    if (!*state || (*state)->finished) {
      if (auto empty = check_empty(); !empty) return empty;
      if (auto begun = to_.rows.begin({from_.name, bytes_of(place_)}); !begun) return begun;
      return count_all();
    }
    if ((*state)->source != from_.name) {
      return base::fail(ErrorCode::conflict,
                        fmt::format("a copy of {} has begun there and is not finished: finish that "
                                    "one, or make the target anew",
                                    (*state)->source));
    }
    std::optional<Place> place = place_in((*state)->place);
    if (!place) {
      return base::fail(ErrorCode::conflict,
                        "another version of ordo has begun this copy: finish it with that one, or "
                        "make the target anew");
    }
    place_ = std::move(*place);
    resumed_ = true;
    return count_all();
  }

  // Of the target.
  base::Result<void> check_empty() {
    const auto used = [](std::string_view what) {
      return base::fail(ErrorCode::conflict,
                        fmt::format("the target has been used already, it has {}: a copy goes to a "
                                    "new one",
                                    what));
    };
    for (const ArchiveTable& table : ports::kArchiveTables) {
      const bool numbers = table.name == "last_numbers";
      const auto rows = to_.rows.read(table, key_before_all(table), kLastNumbers);
      if (!rows) return base::fail(rows.error());
      const bool is_used = std::ranges::any_of(*rows, [numbers](const ArchiveRow& row) {
        return !numbers || row.at(1) != Cell(std::int64_t{0});
      });
      if (is_used) return used(table.name);
    }
    auto buckets = to_.objects.buckets();
    if (!buckets) return base::fail(std::move(buckets.error()));
    for (const std::string& bucket : *buckets) {
      const auto page = to_.objects.store.list(bucket, "", "", 1);
      if (!page) return base::fail(page.error());
      if (*page && !(*page)->items.empty()) return used(fmt::format("objects in {}", bucket));
    }
    return {};
  }

  base::Result<void> check_alone() {
    if (auto alone = from_.rows.check_alone(); !alone) return alone;
    return to_.rows.check_alone();
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
    return each_object(from_.objects.store, buckets_,
                       [this](const std::string&, const ports::ObjectInfo&) {
                         step_.total += 2;
                         return base::Result<void>();
                       });
  }

  base::Result<void> copy_table() {
    const ArchiveTable& table = ports::kArchiveTables.at(place_.table);
    if (auto alone = check_alone(); !alone) return alone;
    if (place_.after.empty()) place_.after = key_before_all(table);
    PageSize size;
    while (true) {
      const auto rows = from_.rows.read(table, place_.after, size.rows());
      if (!rows) return base::fail(rows.error());
      if (rows->empty()) return {};
      size.learn(*rows);
      place_.after = key_of(table, rows->back());
      place_.rows += rows->size();
      if (auto added = to_.rows.add(table, *rows, bytes_of(place_)); !added) {
        return explained(std::move(added));
      }
      tell(table.name, rows->size());
    }
  }

  // What it meets may be of its own making.
  [[nodiscard]] base::Result<void> explained(base::Result<void> failed) const {
    if (resumed_ && failed.error().code != ErrorCode::unavailable) {
      failed.error().message +=
          "; if the source was used since this copy was begun, make the target anew";
    }
    return failed;
  }

  // Both in the same order, so that the first difference can be named.
  base::Result<Copied> compare_table(const ArchiveTable& table) {
    step_.phase = CopyStep::Phase::compares;
    if (auto alone = check_alone(); !alone) return base::fail(std::move(alone.error()));
    PageSize size;
    Checksum source;
    Checksum target;
    std::uint64_t count = 0;
    std::vector<Cell> after = key_before_all(table);
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
      after = key_of(table, wanted->back());
      count += wanted->size();
      tell(table.name, wanted->size());
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
  static base::Result<void> each_object(ports::ObjectStore& store,
                                        const std::vector<std::string>& buckets, Take take) {
    for (const std::string& bucket : buckets) {
      std::optional<std::string> after = "";
      while (after) {
        auto page = store.list(bucket, "", *after, kObjectsAPage);
        if (!page) return base::fail(std::move(page.error()));
        if (!*page) break;
        for (const ports::ObjectInfo& info : (*page)->items) {
          if (auto taken = take(bucket, info); !taken) return taken;
        }
        after = std::move((*page)->after);
      }
    }
    return {};
  }

  base::Result<void> copy_objects() {
    return each_object(from_.objects.store, buckets_,
                       [this](const std::string& bucket, const ports::ObjectInfo& info) {
                         return copy_object(bucket, info);
                       });
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
      if (put->etag != (*object)->info.etag) {
        return base::fail(
            ErrorCode::conflict,
            fmt::format("object {:?} of bucket {} is damaged in the source: it is not "
                        "what its ETag says; mend it there, or remove it",
                        info.key, bucket));
      }
    }
    tell(kObjects, 1);
    return {};
  }

  base::Result<Copied> compare_objects() {
    Copied same{std::string(kObjects), 0, {}};
    Checksum checksum;
    auto compared = each_object(
        from_.objects.store, buckets_,
        [&](const std::string& bucket, const ports::ObjectInfo& info) -> base::Result<void> {
          const auto body = same_body(bucket, info.key);
          if (!body) return base::fail(body.error());
          checksum.add(bucket);
          checksum.add(info.key);
          checksum.add(*body);
          ++same.count;
          tell(kObjects, 1);
          return {};
        });
    if (!compared) return base::fail(std::move(compared.error()));
    const base::Result<std::uint64_t> there = count_target_objects();
    if (!there) return base::fail(there.error());
    if (*there != same.count) {
      return base::fail(ErrorCode::conflict,
                        fmt::format("the target has {} objects and the source {}: make the target "
                                    "anew and begin again",
                                    *there, same.count));
    }
    same.checksum = checksum.hex();
    return same;
  }

  // What is in it in both. Bodies are compared, too: whoever says what an object's ETag is may have
  // it from elsewhere.
  base::Result<std::string> same_body(const std::string& bucket, const std::string& key) {
    auto wanted = from_.objects.store.get(bucket, key);
    if (!wanted) return base::fail(std::move(wanted.error()));
    auto found = to_.objects.store.get(bucket, key);
    if (!found) return base::fail(std::move(found.error()));
    if (!*wanted || !*found || !is_same((*wanted)->info, (*found)->info) ||
        (*wanted)->body != (*found)->body) {
      return base::fail(changed_object(bucket, key));
    }
    return std::move((*found)->body);
  }

  base::Result<std::uint64_t> count_target_objects() {
    const auto buckets = to_.objects.buckets();
    if (!buckets) return base::fail(buckets.error());
    std::uint64_t count = 0;
    auto walked = each_object(to_.objects.store, *buckets,
                              [&count](const std::string&, const ports::ObjectInfo&) {
                                ++count;
                                return base::Result<void>();
                              });
    if (!walked) return base::fail(std::move(walked.error()));
    return count;
  }

  static base::Error changed_object(const std::string& bucket, const std::string& key) {
    return {ErrorCode::conflict,
            fmt::format("object {:?} of bucket {} was changed while it was copied: run it again",
                        key, bucket),
            {}};
  }

  void tell(std::string_view what, std::size_t more) {
    step_.what = what;
    step_.done += more;
    if (progress_) progress_(step_);
  }

  const CopySource& from_;
  const CopyTarget& to_;
  const std::function<void(const CopyStep&)>& progress_;
  Place place_;
  bool resumed_ = false;
  bool finished_before_ = false;
  std::vector<std::string> buckets_;
  CopyStep step_;
};

}  // namespace

base::Result<std::vector<Copied>> copy_home(const CopySource& from, const CopyTarget& to,
                                            const std::function<void(const CopyStep&)>& progress) {
  return HomeCopy(from, to, progress).run();
}

}  // namespace ordo::app
