"""The smallest plugin on Pulumi's own `pulumi.provider.main`: what ours is measured against."""

import sys

import pulumi.provider

if __name__ == "__main__":
    pulumi.provider.main(pulumi.provider.Provider("0.1.0", schema="{}"), sys.argv[1:])
