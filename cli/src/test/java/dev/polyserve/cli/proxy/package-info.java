/// Tests of the choice of upstreams, with a manual clock.
@NullMarked
package dev.polyserve.cli.proxy;

import org.jspecify.annotations.NullMarked;
