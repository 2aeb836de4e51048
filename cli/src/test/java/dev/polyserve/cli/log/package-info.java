/// Tests of the package of the same name.
@NullMarked
package dev.polyserve.cli.log;

import org.jspecify.annotations.NullMarked;
