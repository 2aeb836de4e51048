package dev.polyserve.conversation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LockFreePoolTest {
    private final LockFreePool<AtomicInteger> pool = new LockFreePool<>();

    @Test
    void keepsAFewObjectsAndGivesEachOnce() {
        for (int i = 0; i < 40; i++) {
            pool.give(new AtomicInteger(i));
        }
        Set<AtomicInteger> taken = Collections.newSetFromMap(new IdentityHashMap<>());
        for (AtomicInteger one; (one = pool.take()) != null;) {
            taken.add(one);
        }
        assertThat(taken).hasSize(16);
        assertThat(pool.take()).isNull();
    }

    @Test
    void anotherThreadTakesWhatOneHasGiven() {
        AtomicInteger given = new AtomicInteger();
        CompletableFuture.runAsync(() -> pool.give(given), Thread::startVirtualThread).join();
        assertThat(pool.take()).isSameAs(given);
    }

    /// Each object counts its users: more than one at a time is a failure.
    @Test
    void noObjectHasTwoUsers() {
        AtomicInteger shared = new AtomicInteger();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(CompletableFuture.runAsync(() -> useOften(shared), threads));
            }
            all.forEach(CompletableFuture::join);
        }
        assertThat(shared).hasValue(0);
    }

    private void useOften(AtomicInteger shared) {
        for (int i = 0; i < 50_000; i++) {
            AtomicInteger taken = pool.take();
            AtomicInteger one = taken == null ? new AtomicInteger() : taken;
            if (one.incrementAndGet() != 1) {
                shared.incrementAndGet();
            }
            one.decrementAndGet();
            pool.give(one);
        }
    }
}
