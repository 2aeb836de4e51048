/// Tests of the load generator against correct and faulty servers.
@NullMarked
package dev.polyserve.bench.load;

import org.jspecify.annotations.NullMarked;
