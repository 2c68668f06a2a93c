// Users and groups in memory behind scimmy-routers, on loopback: PEER_PORT and PEER_TOKEN are its port and token.
// All modules are loaded by `require`: scimmy has its resource types in its module, and its ESM build is a separate one.
"use strict";
const {randomUUID} = require("node:crypto");
const express = require("express");
const {Config, Resources, Schemas, Types} = require("scimmy").default;
const Routers = require("scimmy-routers").default;

class ResourceStore {
    #kept = new Map();
    #unique;

    constructor(unique) {
        this.#unique = unique;
    }

    has(id) {
        if (!this.#kept.has(id)) throw new Types.Error(404, null, `nothing has the id ${id}`);
        return this.#kept.get(id);
    }

    write(id, resource) {
        const before = id && this.has(id);
        const plain = JSON.parse(JSON.stringify(resource));
        const name = plain[this.#unique].toLowerCase();
        for (const other of this.#kept.values()) {
            if (other.id !== id && other[this.#unique].toLowerCase() === name) {
                throw new Types.Error(409, "uniqueness", `${this.#unique} is taken`);
            }
        }
        const lastModified = new Date().toISOString();
        const meta = {created: before ? before.meta.created : lastModified, lastModified};
        const after = {...plain, id: id || randomUUID(), meta};
        this.#kept.set(after.id, after);
        return after;
    }

    read(id, filter) {
        if (id) return this.has(id);
        const all = [...this.#kept.values()];
        return filter ? filter.match(all) : all;
    }

    drop(id) {
        this.has(id);
        this.#kept.delete(id);
    }
}

function serve(type, shelf) {
    Resources.declare(type)
        .ingress((asked, data) => shelf.write(asked.id, data))
        .egress(asked => shelf.read(asked.id, asked.filter))
        .degress(asked => shelf.drop(asked.id));
}

Config.set({patch: true, filter: true, sort: true, bulk: true});
serve(Resources.User.extend(Schemas.EnterpriseUser, false), new ResourceStore("userName"));
serve(Resources.Group, new ResourceStore("displayName"));

const wanted = `Bearer ${process.env.PEER_TOKEN}`;
const handler = request => {
    if (request.get("Authorization") !== wanted) throw new Error("no such token");
    return "peer";
};
express().use("/scim/v2", new Routers({type: "bearer", handler})).listen(Number(process.env.PEER_PORT), "127.0.0.1");
