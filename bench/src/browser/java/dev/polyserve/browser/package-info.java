/// A browser for tests of pages; a source directory of its own, because the tests of two modules use it.
@NullMarked
package dev.polyserve.browser;

import org.jspecify.annotations.NullMarked;
