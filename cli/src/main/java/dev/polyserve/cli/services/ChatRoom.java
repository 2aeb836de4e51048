package dev.polyserve.cli.services;

import dev.polyserve.Connection;
import dev.polyserve.Handler;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// The members of a chat, and the distribution of lines to them.
///
/// A slow client does not delay the others. Lines that its queue has no room for are dropped, and it receives their
/// number as soon as it reads again. A client that reads nothing is disconnected by the server's limit for such peers.
///
/// **Thread**: any.
final class ChatRoom {
    private static final int LONGEST_NAME = 32;

    private final Map<String, ChatMember> members = new ConcurrentHashMap<>();
    private final AtomicLong lastGuest = new AtomicLong();

    /// A handler for one more client.
    Handler newMember() {
        return new ChatMember(this);
    }

    /// Adds a member under a free name.
    String enter(ChatMember member) {
        String name;
        do {
            name = "guest-" + lastGuest.incrementAndGet();
        } while (members.putIfAbsent(name, member) != null);
        sendToOthers(member, "* " + name + " joined");
        return name;
    }

    void leave(ChatMember member, String name) {
        if (members.remove(name, member)) {
            sendToOthers(member, "* " + name + " left");
        }
    }

    /// Renames a member, unless the new name is invalid or taken.
    ///
    /// @return the reply to the member
    String rename(ChatMember member, String oldName, String newName) {
        if (newName.isEmpty() || newName.length() > LONGEST_NAME || newName.chars().anyMatch(Character::isWhitespace)) {
            return "* a name has 1 to " + LONGEST_NAME + " characters and no spaces, as in: /name ada";
        }
        if (members.putIfAbsent(newName, member) != null) {
            return "* the name " + newName + " is taken";
        }
        members.remove(oldName, member);
        member.named(newName);
        sendToOthers(member, "* " + oldName + " is now " + newName);
        return "* you are now " + newName;
    }

    /// The names of all members, sorted.
    String names() {
        return String.join(", ", new TreeSet<>(members.keySet()));
    }

    void sendToOthers(ChatMember speaker, String line) {
        for (ChatMember member : members.values()) {
            if (!member.equals(speaker)) {
                member.deliver(line);
            }
        }
    }

    /// Sends the greeting to a new member.
    static void greet(Connection connection, String name) throws java.io.IOException {
        connection.writeLine(
                "* welcome, you are " + name + ": /name NEW changes that, /who lists the members, /quit leaves");
    }
}
