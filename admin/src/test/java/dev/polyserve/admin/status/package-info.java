/// Tests of the admin endpoint.
@NullMarked
package dev.polyserve.admin.status;

import org.jspecify.annotations.NullMarked;
