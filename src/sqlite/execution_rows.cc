#include "sqlite/execution_rows.h"

namespace ordo::sqlite {

ports::ExecutionRecord read_record(const Statement& row) {
  ports::ExecutionRecord record;
  record.number = domain::ExecutionNumber(static_cast<std::uint64_t>(row.integer(0)));
  record.id = domain::ExecutionId(std::string(row.text(1)));
  record.pipeline = domain::PipelineName(std::string(row.text(2)));
  record.name = row.text(3);
  record.status = static_cast<states::Status>(row.integer(4));
  record.started_at = base::WallTime::from_ms(row.integer(5));
  record.stopped_at = row.time(6);
  record.redrives = static_cast<std::uint32_t>(row.integer(7));
  record.redriven_at = row.time(8);
  record.error = row.optional_text(9);
  record.cause = row.optional_text(10);
  record.input = row.text(11);
  record.output = row.optional_text(12);
  record.parent = row.optional_text(13);
  return record;
}

}  // namespace ordo::sqlite
