// A store that is in another home after each restart: copied from SQLite to PostgreSQL, or back.
#pragma once

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "app/home_copy.h"
#include "contract/store_under_test.h"
#include "postgres/archive.h"
#include "postgres/home.h"
#include "sqlite/archive.h"
#include "sqlite/home.h"
#include "support/memory_objects.h"
#include "support/postgres_schema.h"
#include "support/temp_dir.h"
#include "system/random.h"

namespace ordo::testing {

// One that stops at any page, as if the process were killed.
class BreakingTarget : public ports::ArchiveTarget {
 public:
  BreakingTarget(ports::ArchiveTarget& target, std::size_t pages)
      : target_(target), pages_(pages) {}

  base::Result<void> check_alone() override { return target_.check_alone(); }
  base::Result<std::uint64_t> count(const ports::ArchiveTable& table) override {
    return target_.count(table);
  }
  base::Result<std::vector<ports::ArchiveRow>> read(const ports::ArchiveTable& table,
                                                    std::span<const ports::Cell> after,
                                                    std::size_t limit) override {
    return target_.read(table, after, limit);
  }
  base::Result<std::optional<std::string>> moved_to() override { return target_.moved_to(); }
  base::Result<void> note_moved(const std::string& target) override {
    return target_.note_moved(target);
  }
  base::Result<void> take_back() override { return target_.take_back(); }
  base::Result<std::optional<ports::CopyState>> state() override { return target_.state(); }
  base::Result<void> begin(const ports::CopyState& state) override { return target_.begin(state); }
  base::Result<void> add(const ports::ArchiveTable& table, std::span<const ports::ArchiveRow> rows,
                         const std::string& place) override {
    if (pages_-- == 0) return base::fail(base::ErrorCode::unavailable, "broken off");
    return target_.add(table, rows, place);
  }
  base::Result<void> finish() override { return target_.finish(); }

 private:
  ports::ArchiveTarget& target_;
  std::size_t pages_;
};

struct NoObjects {
  MemoryObjects store{real_clock()};
  app::ObjectShelf shelf{store, [] { return std::vector<std::string>(); }};
};

inline base::Result<std::vector<app::Copied>> copy_rows(ports::Archive& from,
                                                        ports::ArchiveTarget& to) {
  NoObjects none;
  return app::copy_home({"the source", from, none.shelf},
                        {"the target", to, none.shelf, [](base::WallTime) {}}, {});
}

template <class T>
T value_of(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

// Where a home can be: opened for work, or for copying.
class HomePlace {
 public:
  virtual ~HomePlace() = default;
  virtual void open() = 0;
  virtual void close() = 0;
  virtual ports::Store& store() = 0;
  virtual ports::Reads reads() = 0;
  virtual ports::Backlog& backlog() = 0;
  virtual std::unique_ptr<ports::Archive> source() = 0;
  virtual std::unique_ptr<ports::ArchiveTarget> target() = 0;
};

class SqlitePlace : public HomePlace {
 public:
  void open() override { home_ = value_of(sqlite::Home::open({.path = path()})); }
  void close() override { home_.reset(); }
  ports::Store& store() override { return home_->store(); }
  ports::Reads reads() override { return home_->reads(); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  std::unique_ptr<ports::Archive> source() override {
    return value_of(sqlite::Archive::open(path()));
  }
  std::unique_ptr<ports::ArchiveTarget> target() override {
    return value_of(sqlite::Archive::open_target(path()));
  }
  [[nodiscard]] std::string path() const { return directory_.file("ordo.db"); }

 private:
  TempDir directory_ = TempDir::in_memory();
  std::unique_ptr<sqlite::Home> home_;
};

class PostgresPlace : public HomePlace {
 public:
  void open() override {
    home_ = value_of(
        postgres::Home::open({.url = url(), .read_connections = 2}, real_clock(), random_));
  }
  void close() override { home_.reset(); }
  ports::Store& store() override { return home_->store(); }
  ports::Reads reads() override { return home_->reads(); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  std::unique_ptr<ports::Archive> source() override {
    return value_of(postgres::Archive::open(url(), real_clock()));
  }
  std::unique_ptr<ports::ArchiveTarget> target() override {
    return value_of(postgres::Archive::open_target(url(), real_clock()));
  }
  [[nodiscard]] std::string url() const { return schema_.url(); }

 private:
  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> home_;
};

// The copy is broken off after each of these numbers of pages, and begun again.
inline void move_rows(HomePlace& from, HomePlace& to, const std::vector<std::size_t>& breaks) {
  for (const std::size_t pages : breaks) {
    const auto source = from.source();
    const auto target = to.target();
    BreakingTarget breaking(*target, pages);
    if (copy_rows(*source, breaking)) return;
  }
  const auto source = from.source();
  const auto target = to.target();
  value_of(copy_rows(*source, *target));
}

class MovingHome : public StoreUnderTest {
 public:
  MovingHome() { now_->open(); }

  ports::Store& store() override { return now_->store(); }
  ports::TaskReads& task_reads() override { return now_->reads().tasks; }
  ports::OrderReads& order_reads() override { return now_->reads().orders; }
  ports::ExecutionReads& execution_reads() override { return now_->reads().executions; }
  ports::Backlog& backlog() override { return now_->backlog(); }

  void reopen() override {
    const auto breaks = *rc::gen::container<std::vector<std::size_t>>(
        *rc::gen::inRange<std::size_t>(0, 3), rc::gen::inRange<std::size_t>(0, 5));
    in_postgres_ = !in_postgres_;
    std::unique_ptr<HomePlace> next;
    if (in_postgres_) {
      next = std::make_unique<PostgresPlace>();
    } else {
      next = std::make_unique<SqlitePlace>();
    }
    now_->close();
    move_rows(*now_, *next, breaks);
    now_ = std::move(next);
    now_->open();
  }

 private:
  bool in_postgres_ = false;
  std::unique_ptr<HomePlace> now_ = std::make_unique<SqlitePlace>();
};

}  // namespace ordo::testing
