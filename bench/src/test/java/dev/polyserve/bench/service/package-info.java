/// Tests of the services of contenders.
@NullMarked
package dev.polyserve.bench.service;

import org.jspecify.annotations.NullMarked;
