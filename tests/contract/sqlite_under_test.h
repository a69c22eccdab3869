// The embedded home in a directory of its own.
#pragma once

#include <memory>
#include <string>

#include "base/assert.h"
#include "contract/store_under_test.h"
#include "sqlite/home.h"
#include "support/temp_dir.h"

namespace ordo::testing {

class SqliteUnderTest : public StoreUnderTest {
 public:
  SqliteUnderTest() { open(); }
  ports::Store& store() override { return home_->store(); }
  ports::TaskReads& task_reads() override { return home_->task_reads(); }
  ports::OrderReads& order_reads() override { return home_->order_reads(); }
  ports::ExecutionReads& execution_reads() override { return home_->execution_reads(); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  void reopen() override {
    home_.reset();
    open();
  }
  [[nodiscard]] std::string path() const { return directory_.file("data/ordo.db"); }

 private:
  void open() {
    auto home = sqlite::Home::open({.path = path(), .read_connections = 2});
    ORDO_ASSERT(home.has_value());
    home_ = std::move(*home);
  }

  TempDir directory_ = TempDir::in_memory();
  std::unique_ptr<sqlite::Home> home_;
};

}  // namespace ordo::testing
