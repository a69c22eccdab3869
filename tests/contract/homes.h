// The homes that each suite over stores is run on.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "contract/sqlite_under_test.h"
#include "contract/store_under_test.h"
#include "support/memory_store.h"

namespace ordo::testing {

class MemoryUnderTest : public StoreUnderTest {
 public:
  ports::Store& store() override { return store_; }
  ports::TaskReads& task_reads() override { return store_; }
  ports::OrderReads& order_reads() override { return store_; }
  ports::ExecutionReads& execution_reads() override { return store_.execution_reads(); }
  ports::Backlog& backlog() override { return store_; }
  void reopen() override {}

 private:
  MemoryStore store_;
};

inline const auto kHomes =
    ::testing::Values(StoreFactory{"Memory", [] { return std::make_unique<MemoryUnderTest>(); }},
                      StoreFactory{"Sqlite", [] { return std::make_unique<SqliteUnderTest>(); }});
inline const auto kByName = [](const auto& suite) { return suite.param.name; };

}  // namespace ordo::testing
