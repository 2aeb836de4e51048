package dev.polyserve.faults;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/// Several clients, in the order of their connects.
///
/// **Thread**: the test's.
final class Clients implements Iterable<Client>, AutoCloseable {
    private final List<Client> clients = new ArrayList<>();

    static Clients connected(ServerProcess server, int count) throws IOException {
        Clients all = new Clients();
        try {
            for (int i = 0; i < count; i++) {
                all.clients.add(Client.of(server));
            }
            return all;
        } catch (IOException e) {
            all.close();
            throw e;
        }
    }

    void add(Client client) {
        clients.add(client);
    }

    Client get(int index) {
        return clients.get(index);
    }

    /// The clients from one index up to another, exclusive.
    List<Client> range(int from, int to) {
        return clients.subList(from, to);
    }

    int size() {
        return clients.size();
    }

    @Override
    public Iterator<Client> iterator() {
        return clients.iterator();
    }

    @Override
    public void close() throws IOException {
        for (Client client : clients) {
            client.close();
        }
    }
}
