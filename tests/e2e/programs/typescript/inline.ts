// Runs one command of the program by Pulumi's Automation API: `node bin/inline.js up`.

import * as path from "node:path";

import * as automation from "@pulumi/pulumi/automation";

import { everything } from "./everything";

async function main(command: string | undefined): Promise<void> {
    const pulumiCommand = await automation.PulumiCommand.get({
        root: process.env["ENGINE_ROOT"] ?? "",
        skipVersionCheck: true,
    });
    const workDir = process.cwd();
    const stack = await automation.LocalWorkspace.selectStack(
        { stackName: "dev", projectName: path.basename(workDir), program: everything },
        { workDir, pulumiCommand },
    );
    const options = { onOutput: (text: string) => void process.stdout.write(text) };
    switch (command) {
        case "preview":
            await stack.preview(options);
            break;
        case "up":
            await stack.up(options);
            break;
        case "destroy":
            await stack.destroy(options);
            break;
        default:
            throw new Error(`not a command: ${command}`);
    }
}

main(process.argv[2]).catch((error: unknown) => {
    if (!(error instanceof automation.CommandError)) {
        console.error(error);
    } // else: what failed has been printed
    process.exitCode = 1;
});
