/// Tests of the reports.
@NullMarked
package dev.polyserve.bench.report;

import org.jspecify.annotations.NullMarked;
