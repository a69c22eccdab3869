// The postgres home in a schema of its own.
#pragma once

#include <memory>

#include "contract/store_under_test.h"
#include "postgres/home.h"
#include "support/postgres_schema.h"
#include "system/random.h"

namespace ordo::testing {

class PostgresUnderTest : public StoreUnderTest {
 public:
  PostgresUnderTest() { open(); }
  ports::Store& store() override { return home_->store(); }
  ports::TaskReads& task_reads() override { return home_->task_reads(); }
  ports::OrderReads& order_reads() override { return home_->order_reads(); }
  ports::ExecutionReads& execution_reads() override { return home_->execution_reads(); }
  ports::Backlog& backlog() override { return home_->backlog(); }
  void reopen() override {
    home_.reset();
    open();
  }
  [[nodiscard]] std::string url() const { return schema_.url(); }

 private:
  void open() {
    auto home = postgres::Home::open({.url = url(), .read_connections = 2}, real_clock(), random_);
    if (!home) throw std::runtime_error(home.error().message);
    home_ = std::move(*home);
  }

  PostgresSchema schema_;
  system::SystemRandom random_;
  std::unique_ptr<postgres::Home> home_;
};

}  // namespace ordo::testing
