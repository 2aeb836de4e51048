/// Tests of the package of the same name.
@NullMarked
package dev.polyserve.cli.text;

import org.jspecify.annotations.NullMarked;
