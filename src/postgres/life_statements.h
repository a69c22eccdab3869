// The statements of a task's whole life, from where it is accepted to its end. The benchmarks send
// the same without all that is around them, to see what that costs.
#pragma once

#include "postgres/connection.h"

namespace ordo::postgres {

// Nobody else draws places from then on; answers the last that was given.
extern const Statement kHoldPlaces;
extern const Statement kInsertTasks;
extern const Statement kTakePlaces;

extern const Statement kTasksBySequence;
extern const Statement kBareBySequence;
extern const Statement kActiveBySequence;
extern const Statement kPutActive;
extern const Statement kDeleteActive;
extern const Statement kUpdateState;

// Of whoever runs it.
extern const Statement kStay;
extern const Statement kHeld;

// Of each transaction.
extern const Statement kTally;
extern const Statement kNoteCommit;

}  // namespace ordo::postgres
