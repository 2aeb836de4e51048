/// Tests of the lab's page in a browser, and of its HTTP endpoint.
@NullMarked
package dev.polyserve.lab.page;

import org.jspecify.annotations.NullMarked;
