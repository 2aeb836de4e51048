/// Tests of rules for all modules, over their sources and classes.
@NullMarked
package dev.polyserve.architecture;

import org.jspecify.annotations.NullMarked;
