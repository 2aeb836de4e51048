/// Tests of what contenders serve.
@NullMarked
package dev.polyserve.bench.service;

import org.jspecify.annotations.NullMarked;
