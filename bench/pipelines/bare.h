// What bare SQLite manages for the writes of a transition: a row of history and a row that is
// written over, of about the sizes that an execution's have.
#pragma once

#include <cstddef>
#include <string>

namespace ordo::bench {

// So many transitions a transaction.
double measure_bare_transitions(const std::string& directory, std::size_t a_commit, double seconds);
// A thousand rows of orders a transaction, each with its unique name.
double measure_bare_orders(const std::string& directory, double seconds);

}  // namespace ordo::bench
