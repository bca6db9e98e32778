#ifndef RACECOURSE_GRADER_TRACE_FINDING_RECORD_H_
#define RACECOURSE_GRADER_TRACE_FINDING_RECORD_H_

#include "grader/trace/record_fields.h"
#include "grader/trace/trace.h"

namespace racecourse::grader {

// Reads the fields of a "finding" record; what is wrong with them ends up in the status of `fields`.
TraceFinding ReadFindingRecord(RecordFields& fields);
std::string ReadItinerary(RecordFields& fields);
TraceWitness ReadWitnessRecord(RecordFields& fields);

}  // namespace racecourse::grader

#endif  // RACECOURSE_GRADER_TRACE_FINDING_RECORD_H_
