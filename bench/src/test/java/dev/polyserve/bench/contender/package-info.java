@NullMarked
package dev.polyserve.bench.contender;

import org.jspecify.annotations.NullMarked;
