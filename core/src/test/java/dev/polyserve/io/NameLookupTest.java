package dev.polyserve.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NameLookupTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final InetAddress V4 = InetAddress.ofLiteral("192.0.2.1");
    private static final InetAddress OTHER_V4 = InetAddress.ofLiteral("192.0.2.2");
    private static final InetAddress V6 = InetAddress.ofLiteral("2001:db8::1");

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger asked = new AtomicInteger();

    private NameLookup lookup(NameLookup.Resolver resolver) {
        return new NameLookup(host -> {
            asked.incrementAndGet();
            return resolver.resolve(host);
        }, now::get);
    }

    @Test
    void shouldAlternateBetweenFamilies() throws Exception {
        assertThat(lookup(_ -> new InetAddress[]{V6, V4, OTHER_V4}).lookUp("a.test", LONG)).containsExactly(V6, V4,
                OTHER_V4);
        assertThat(lookup(_ -> new InetAddress[]{V4, OTHER_V4, V6}).lookUp("a.test", LONG)).containsExactly(V4, V6,
                OTHER_V4);
    }

    @Test
    void shouldKeepAddressesForALimitedTime() throws Exception {
        NameLookup lookup = lookup(_ -> new InetAddress[]{V4});
        assertThat(lookup.lookUp("a.test", LONG)).containsExactly(V4);
        now.addAndGet(NameLookup.KEPT_NANOS - 1);
        assertThat(lookup.lookUp("A.test", LONG)).containsExactly(V4);
        assertThat(asked).hasValue(1);
        now.addAndGet(1);
        assertThat(lookup.lookUp("a.test", LONG)).containsExactly(V4);
        assertThat(asked).hasValue(2);
    }

    @Test
    void shouldKeepALimitedNumberOfNames() throws Exception {
        NameLookup lookup = lookup(_ -> new InetAddress[]{V4});
        for (int i = 0; i < 2 * NameLookup.MOST_NAMES; i++) {
            assertThat(lookup.lookUp(i + ".test", LONG)).containsExactly(V4);
        }
        int before = asked.get();
        for (int i = 0; i < 2 * NameLookup.MOST_NAMES; i++) {
            assertThat(lookup.lookUp(i + ".test", LONG)).containsExactly(V4);
        }
        assertThat(asked.get() - before).isGreaterThanOrEqualTo(NameLookup.MOST_NAMES);
    }

    @Test
    void shouldAskOnceForAllThatWait() throws Exception {
        var answers = new CountDownLatch(1);
        NameLookup lookup = lookup(_ -> {
            awaitQuietly(answers);
            return new InetAddress[]{V4};
        });
        assertThatThrownBy(() -> lookup.lookUp("slow.test", Duration.ofMillis(1))).isInstanceOf(IOException.class)
                .hasMessage("the host slow.test was not resolved within 1 ms: does the name server answer?");
        var later = new CompletableFuture<List<InetAddress>>();
        Thread.ofVirtual().start(() -> {
            try {
                later.complete(lookup.lookUp("slow.test", LONG));
            } catch (IOException | InterruptedException e) {
                later.completeExceptionally(e);
            }
        });
        answers.countDown();
        assertThat(later.get()).containsExactly(V4);
        assertThat(lookup.lookUp("slow.test", LONG)).containsExactly(V4);
        assertThat(asked).hasValue(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shouldNotKeepFailures() throws Exception {
        NameLookup lookup = lookup(host -> {
            if (asked.get() == 1) {
                throw new UnknownHostException(host);
            }
            if (asked.get() == 2) {
                throw new SecurityException("for the test");
            }
            return new InetAddress[]{V4};
        });
        assertThatThrownBy(() -> lookup.lookUp("a.test", LONG)).isInstanceOf(IOException.class)
                .hasMessage("unknown host a.test");
        assertThatThrownBy(() -> lookup.lookUp("a.test", LONG)).isInstanceOf(IOException.class)
                .hasMessageContaining("for the test");
        assertThat(lookup.lookUp("a.test", LONG)).containsExactly(V4);
    }

    @Test
    void shouldNotLookUpAnAddress() throws Exception {
        NameLookup lookup = lookup(host -> {
            throw new UnknownHostException(host);
        });
        assertThat(lookup.lookUp("192.0.2.1", LONG)).containsExactly(V4);
        assertThat(lookup.lookUp("2001:db8::1", LONG)).containsExactly(V6);
    }
}
