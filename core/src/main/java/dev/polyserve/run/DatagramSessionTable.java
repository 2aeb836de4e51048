package dev.polyserve.run;

import dev.polyserve.io.DatagramSession;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/// The sessions of one port, by the addresses of their datagrams. A look-up takes no memory.
///
/// The senders of datagrams choose their addresses, so the hash has a random key ([PeerHash]): they cannot choose one place for
/// all.
///
/// **Thread**: the accept loop's.
final class DatagramSessionTable {
    private static final int FIRST_PLACES = 64;

    private final PeerHash hashes = new PeerHash();
    /// Its length is a power of two.
    private @Nullable Entry[] places = new @Nullable Entry[FIRST_PLACES];
    private int size;

    /// A session in a list of those with the same place.
    private static final class Entry {
        final DatagramSession session;
        final int hash;
        @Nullable
        Entry next;

        Entry(DatagramSession session, int hash, @Nullable Entry next) {
            this.session = session;
            this.hash = hash;
            this.next = next;
        }
    }

    int size() {
        return size;
    }

    /// The session that a datagram belongs to; null: there is none.
    ///
    /// @param peer the sender's address, as a PROXY header names it
    /// @param from the real sender
    /// @param to the real address at which it arrived
    @Nullable DatagramSession find(SocketAddress peer, SocketAddress from, SocketAddress to) {
        int hash = hashes.of(peer);
        for (Entry entry = places[hash & (places.length - 1)]; entry != null; entry = entry.next) {
            if (entry.hash == hash && entry.session.has(peer, from, to)) {
                return entry.session;
            }
        }
        return null;
    }

    void add(DatagramSession session) {
        if (size >= places.length) {
            grow();
        }
        int hash = hashes.of(session.ends().peer());
        int place = hash & (places.length - 1);
        places[place] = new Entry(session, hash, places[place]);
        size++;
    }

    /// Removes the session.
    ///
    /// @return false when it was not there
    boolean remove(DatagramSession session) {
        int place = hashes.of(session.ends().peer()) & (places.length - 1);
        Entry before = null;
        for (Entry entry = places[place]; entry != null; before = entry, entry = entry.next) {
            if (entry.session.equals(session)) {
                if (before == null) {
                    places[place] = entry.next;
                } else {
                    before.next = entry.next;
                }
                size--;
                return true;
            }
        }
        return false;
    }

    private void grow() {
        @Nullable
        Entry[] before = places;
        places = new @Nullable Entry[2 * before.length];
        for (Entry first : before) {
            Entry entry = first;
            while (entry != null) {
                Entry next = entry.next;
                int place = entry.hash & (places.length - 1);
                entry.next = places[place];
                places[place] = entry;
                entry = next;
            }
        }
    }
}
