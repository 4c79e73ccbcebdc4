package dev.millrace.store.wire;

/**
 * The actions of a leaf's Flight door. An action's type is the verb's {@link #action()}, its body is given beside each;
 * the one result is an {@link Answer}. Fragments travel by DoGet with a {@code QueryRequest} as the ticket.
 */
public enum Verb {
    /** PartitionId, then as bytes (with their length) a LogEntry (or SystemEntry for the system partition). Payload: the entry's answer. */
    SUBMIT("submit"),
    /** FollowRequest, to the system partition's leader. Payload: FollowAnswer. */
    FOLLOW("follow"),
    /** number: newer than this version; number: wait in milliseconds. Payload: CatalogSnapshot (the newest, also if none newer came in time). */
    CATALOG("catalog"),
    /** PinRequest. Payload: Pin. */
    PIN("pin"),
    /** number: pin. No payload. */
    UNPIN("unpin"),
    /** PartitionId, list of Node: the replicas. Makes the partition, empty, if it is not there. No payload. */
    CREATE_PARTITION("create-partition"),
    /** PartitionId, number: CSN, number: wait in milliseconds. Payload: number, the partition's CSN when it has reached it or the wait is over. */
    AWAIT_PUBLISHED("await-published"),
    /** number: pin; cancels the fragments that run on it. No payload. */
    CANCEL("cancel"),
    /** number: database, to the system partition's leader. Payload: GatesAnswer. */
    GATES("gates"),
    /** text: SHA-256, number: part, to the system partition's leader. Payload: bytes, the part of that transform's file. */
    PROGRAM("program");

    private final String action;

    Verb(String action) {
        this.action = action;
    }

    public String action() {
        return action;
    }
}
